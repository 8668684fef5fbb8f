// The guarantees of each strategy, tested on the functions that the pool uses.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { STRATEGY } from '../../../../src/domain/pool/strategies/index.js';
import { load, type Candidate } from '../../../../src/domain/pool/strategies/strategy.js';
import { seeded } from '../../../support/seeded.js';

const resource = fc.record({
  weight: fc.integer({ min: 1, max: 50 }),
  limit: fc.integer({ min: 1, max: 20 }),
  inUse: fc.nat(19),
});
const resources = fc
  .array(resource, { minLength: 1, maxLength: 12 })
  .map((all) => all.map((one, index): Candidate => ({ ...one, id: `r${index}`, inUse: one.inUse % one.limit })));

const idle = (weights: readonly number[]): Candidate[] =>
  weights.map((weight, index) => ({ id: `r${String(index).padStart(3, '0')}`, weight, limit: 1e9, inUse: 0 }));

function grants(choose: () => Candidate, count: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let n = 0; n < count; n++) {
    const { id } = choose();
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

test('round-robin: the numbers of grants of two resources differ by at most one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 500 }), (size, count) => {
      const [memory, all] = [{}, idle(Array.from({ length: size }, () => 1))];
      const counts = grants(() => STRATEGY['round-robin'](all, { random: Math.random, memory }), count);
      const shares = all.map(({ id }) => counts.get(id) ?? 0);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }),
  );
});

test('least-loaded: it never chooses a busier resource', () => {
  fc.assert(
    fc.property(resources, fc.nat(), (all, seed) => {
      const chosen = STRATEGY['least-loaded'](all, { random: seeded(seed), memory: {} });
      expect(all.every((one) => load(chosen) <= load(one))).toBe(true);
    }),
  );
});

test('weighted: shares are within 2 % over 10,000 grants', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 }), (weights) => {
      const [memory, all] = [{}, idle(weights)];
      const total = weights.reduce((sum, weight) => sum + weight);
      const counts = grants(() => STRATEGY.weighted(all, { random: Math.random, memory }), 10_000);
      for (const { id, weight } of all) {
        const fair = (10_000 * weight) / total;
        expect(Math.abs((counts.get(id) ?? 0) - fair)).toBeLessThanOrEqual(0.02 * fair);
      }
    }),
    { numRuns: 30 },
  );
});

test('weighted: each share is spread evenly, so the heaviest resource is not chosen five times in a row', () => {
  const [memory, all] = [{}, idle([5, 1, 1])];
  const order = Array.from({ length: 7 }, () => STRATEGY.weighted(all, { random: Math.random, memory }).id);
  expect(order.map((id) => id.at(-1)).join('')).toBe('0010200');
});

const keys = Array.from({ length: 2_000 }, (_, n) => `customer-${n}`);
const placeOf = (all: readonly Candidate[], key: string): string =>
  STRATEGY.sticky(all, { key, random: () => 0, memory: {} }).id;

test('sticky: when a resource leaves, only its keys move, which are its fair share of all keys', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 20 }), fc.nat(), (size, which) => {
      const all = idle(Array.from({ length: size }, () => 1));
      const gone = all[which % size]!.id;
      const left = all.filter(({ id }) => id !== gone);
      const moved = keys.filter((key) => placeOf(all, key) !== placeOf(left, key));
      expect(moved.every((key) => placeOf(all, key) === gone)).toBe(true);
      const fair = keys.length / size;
      // Five standard deviations of a random share.
      expect(moved.length).toBeLessThanOrEqual(fair + 5 * Math.sqrt(fair));
      // The keys that move spread over all resources that are left.
      if (moved.length > 20 * size) expect(new Set(moved.map((key) => placeOf(left, key))).size).toBe(left.length);
    }),
    { numRuns: 40 },
  );
});

test('sticky: for all keys, no resource has more than a quarter above its share', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 }),
      fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 300 }),
      (weights, asked) => {
        const all = idle(weights).map((one) => ({ ...one }));
        const total = weights.reduce((sum, weight) => sum + weight);
        asked.forEach((key, before) => {
          const chosen = all.find(({ id }) => id === placeOf(all, key))!;
          Object.assign(chosen, { inUse: chosen.inUse + 1 });
          expect(chosen.inUse).toBeLessThanOrEqual(Math.ceil((1.25 * (before + 1) * chosen.weight) / total));
        });
      },
    ),
    { numRuns: 60 },
  );
});

test('random: all resources get the same share', () => {
  const all = idle([1, 1, 1, 1]);
  const random = seeded(7);
  const counts = grants(() => STRATEGY.random(all, { random, memory: {} }), 40_000);
  for (const { id } of all) expect(Math.abs((counts.get(id) ?? 0) - 10_000)).toBeLessThan(5 * Math.sqrt(7_500));
});

/** The longest of n queues after n balls. */
function longest(n: number, strategy: 'random' | 'power-of-two', seed: number): number {
  const [all, random] = [idle(Array.from({ length: n }, () => 1)).map((one) => ({ ...one })), seeded(seed)];
  for (let ball = 0; ball < n; ball++) {
    const chosen = STRATEGY[strategy](all, { random, memory: {} });
    Object.assign(chosen, { inUse: chosen.inUse + 1 });
  }
  return Math.max(...all.map(({ inUse }) => inUse));
}

// Azar, Broder, Karlin and Upfal, "Balanced Allocations", 1994: with one choice (1 + o(1)) ln n / ln ln n, with two ln ln n / ln 2 + Θ(1).
test.each([1_000, 10_000, 100_000])(
  'power of two: of %i resources the most loaded one has the published number of calls',
  (n) => {
    const two = longest(n, 'power-of-two', n);
    expect(two - Math.log(Math.log(n)) / Math.LN2).toBeGreaterThan(-1);
    expect(two - Math.log(Math.log(n)) / Math.LN2).toBeLessThan(2);
    expect(longest(n, 'random', n)).toBeGreaterThan(two);
  },
);
