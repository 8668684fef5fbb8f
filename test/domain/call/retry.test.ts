import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RETRY, fullJitterMs, Retry, retryPolicy } from '../../../src/domain/call/retry.js';

describe('retryPolicy', () => {
  it('is the default where nothing is written', () => {
    expect(retryPolicy()).toEqual(DEFAULT_RETRY);
    expect(retryPolicy(undefined, {})).toEqual(DEFAULT_RETRY);
  });

  it('takes each field from the most specific place that has it', () => {
    expect(retryPolicy({ attempts: 2 }, { attempts: 9, initial: '3s' }, { initial: '1m', factor: 3 })).toEqual({
      attempts: 2,
      initialMs: 3000,
      factor: 3,
      maxMs: 60_000,
    });
  });

  it('keeps a longest delay that is shorter than the default first one', () => {
    const policy = retryPolicy({ max: '500ms' });
    expect(policy.maxMs).toBe(500);
    expect(fullJitterMs(policy, 1, 0.999_999)).toBe(500);
  });

  it('keeps a first delay that is longer than a less specific longest one', () => {
    expect(retryPolicy({ initial: '5m' })).toMatchObject({ initialMs: 300_000, maxMs: 300_000 });
    expect(retryPolicy({ initial: '5m' }, { max: '1m' })).toMatchObject({ initialMs: 300_000, maxMs: 300_000 });
  });

  it('lets a more specific longest delay cut a first one', () => {
    expect(retryPolicy({ max: '1s' }, { initial: '5m' })).toMatchObject({ initialMs: 300_000, maxMs: 1000 });
  });
});

describe('fullJitterMs', () => {
  const anyPolicy = fc.record({
    attempts: fc.constant(4),
    initialMs: fc.integer({ min: 1, max: 1_000_000 }),
    factor: fc.double({ min: 1, max: 100, noNaN: true }),
    maxMs: fc.integer({ min: 1, max: 10_000_000 }),
  });

  it('is a whole number from zero to the ceiling, for any attempt', () => {
    fc.assert(
      fc.property(
        anyPolicy,
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        (policy, attempt, random) => {
          const ms = fullJitterMs(policy, attempt, random);
          expect(Number.isSafeInteger(ms)).toBe(true);
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(ms).toBeLessThanOrEqual(Math.min(policy.maxMs, policy.initialMs * policy.factor ** (attempt - 1)));
        },
      ),
    );
  });

  it('reaches both ends', () => {
    expect(fullJitterMs(DEFAULT_RETRY, 3, 0)).toBe(0);
    expect(fullJitterMs(DEFAULT_RETRY, 3, 0.999_999_9)).toBe(4000);
  });
});

describe('Retry', () => {
  it('refuses what no engine could do', () => {
    const bad = [
      { attempts: 0 },
      { attempts: 1.5 },
      { attempts: 1001 },
      { factor: 0.5 },
      { initial: 'soon' },
      { tries: 3 },
    ];
    for (const retry of bad) expect(Retry.safeParse(retry).success).toBe(false);
  });
});
