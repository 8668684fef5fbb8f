import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Duration,
  durationMs,
  formatDuration,
  MAX_DURATION_MS,
  parseDuration,
  writeDuration,
} from '../../src/domain/duration.js';

describe('parseDuration', () => {
  it.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['1.5m', 90_000],
    ['1h30m', 5_400_000],
    ['3d', 259_200_000],
    ['0s', 0],
    ['0.4ms', 0],
  ])('parseDuration reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '5', 's', '5 s', '-5s', '5S', '1e3s', '5s ', '.5s', '5.s', '5ms3', '٣s'])(
    'parseDuration rejects %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it('parseDuration is fast on text that makes a regular expression backtrack', () => {
    expect(parseDuration(`${'1m'.repeat(100_000)}!`)).toBeUndefined();
    expect(parseDuration('9'.repeat(100_000))).toBeUndefined();
  });

  it('parseDuration adds up any parts', () => {
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
  it('durationMs throws one short line for text that is not a duration', () => {
    expect(() => durationMs('x'.repeat(1000))).toThrow(/^expected a duration such as "30s", got "x{70,}…$/);
  });
});

describe('Duration', () => {
  it('Duration rejects zero, and more than ten years', () => {
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
  ])('formatDuration prints %i ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('writeDuration', () => {
  it('writes milliseconds exactly, in the largest unit that divides them', () => {
    const written = [1, 250, 30_000, 90_000, 7_200_000, 86_400_000].map(writeDuration);
    expect(written).toEqual(['1ms', '250ms', '30s', '90s', '2h', '1d']);
  });

  it('writes what parseDuration reads back, within the durations that are accepted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_DURATION_MS }), (ms) => {
        expect(parseDuration(writeDuration(ms))).toBe(ms);
      }),
    );
    expect([writeDuration(-5), writeDuration(2 * MAX_DURATION_MS)]).toEqual(['1ms', '3650d']);
  });
});
