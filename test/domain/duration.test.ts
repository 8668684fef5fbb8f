import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Duration, durationMs, formatDuration, MAX_DURATION_MS, parseDuration } from '../../src/domain/duration.js';

describe('parseDuration', () => {
  it.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['1.5m', 90_000],
    ['1h30m', 5_400_000],
    ['3d', 259_200_000],
    ['0s', 0],
    ['0.4ms', 0],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '5', 's', '5 s', '-5s', '5S', '1e3s', '5s ', '.5s', '5.s', '5ms3', '٣s'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('answers at once on text made to make it try again and again', () => {
    expect(parseDuration(`${'1m'.repeat(100_000)}!`)).toBeUndefined();
    expect(parseDuration('9'.repeat(100_000))).toBeUndefined();
  });

  it('adds up whatever parts it is given', () => {
    const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
    const part = fc.tuple(fc.nat(10_000), fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[])));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        const text = parts.map(([n, unit]) => `${n}${unit}`).join('');
        expect(parseDuration(text)).toBe(parts.reduce((sum, [n, unit]) => sum + n * units[unit], 0));
      }),
    );
  });
});

describe('durationMs', () => {
  it('throws a message of one short line where there is no duration', () => {
    expect(() => durationMs('x'.repeat(1000))).toThrow(/^expected a duration such as "30s", got "x{70,}…$/);
  });
});

describe('Duration', () => {
  it('accepts nothing of no length, and nothing beyond ten years', () => {
    expect(['1ms', '3650d', '30s'].every((text) => Duration.safeParse(text).success)).toBe(true);
    expect(['0s', '0.4ms', '3651d', `${'9'.repeat(400)}d`, ''].some((text) => Duration.safeParse(text).success)).toBe(
      false,
    );
    expect(parseDuration('3650d')).toBe(MAX_DURATION_MS);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0.0s'],
    [400, '0.4s'],
    [9_949, '9.9s'],
    [9_950, '10s'],
    [59_499, '59s'],
    [59_500, '1m 0s'],
    [200_000, '3m 20s'],
    [3_599_600, '1h 0m'],
    [7_500_000, '2h 5m'],
    [349_200_000, '4d 1h'],
  ])('prints %i ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
