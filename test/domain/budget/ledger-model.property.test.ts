// The budget of a run against a second one that is written from the documents: see test/support/model.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Budget } from '../../../src/domain/budget/budget.js';
import { playBudget, type BudgetMove } from '../../support/model/play-budget.js';
import { variedPlan } from '../../support/model/plans.js';
import { roll } from '../../support/roll.js';

const HAPPENS = [
  'cancelled',
  'completed',
  'failed',
  'fallback',
  'left out',
  'lost',
  'optional, not left out',
  'paused',
  'paused by time',
  'raised',
  'waits for room',
];

const amounts = fc.record({ calls: fc.nat(4), tokens: fc.nat(60), usd: fc.nat(20).map((cents) => cents / 100) });

const move: fc.Arbitrary<BudgetMove> = fc.record({
  what: fc.oneof(
    { arbitrary: fc.constant('answer' as const), weight: 40 },
    { arbitrary: fc.constantFrom('time' as const, 'raise' as const), weight: 4 },
    { arbitrary: fc.constant('cancel' as const), weight: 1 },
  ),
  which: fc.nat(99),
  end: fc.constantFrom('succeeded', 'succeeded', 'succeeded', 'failed', 'unknown', 'cancelled'),
  // A call that was made counts at least once.
  used: amounts.map((used) => ({ ...used, calls: used.calls + 1 })),
  isLost: fc.nat(9).map((drawn) => drawn === 0),
  ms: fc.nat(20),
});

const limit = (most: number) =>
  fc.record({ hard: fc.nat(most), softness: fc.nat(4) }).map(({ hard, softness }) => {
    return { soft: softness === 4 ? hard : Math.floor((hard * softness) / 4), hard };
  });

const budget: fc.Arbitrary<Budget> = fc
  .record(
    {
      calls: limit(20),
      tokens: limit(400),
      usd: limit(200).map(({ soft, hard }) => ({ soft: soft / 100, hard: hard / 100 })),
      duration: limit(60).map(({ soft, hard }) => ({ soft: `${soft + 1}ms`, hard: `${hard + 1}ms` })),
    },
    { requiredKeys: [] },
  )
  .filter((drawn) => Object.keys(drawn).length > 0);

const scenario = fc.record({
  plan: variedPlan,
  budget,
  estimates: fc.record({ echo: amounts, spare: amounts }, { requiredKeys: [] }),
  seed: fc.nat(),
  moves: fc.array(move, { maxLength: 60, size: 'max' }),
});

test('a budget reserves, spends, pauses and leaves out what its model does', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(fc.noBias(scenario), ({ plan, seed, ...world }) => {
      const happened = playBudget(plan, {
        ...world,
        when: (task) => roll(seed, 'when', task) > 30,
        items: (task) => roll(seed, 'items', task) % 6,
      });
      for (const what of happened) seen.set(what, (seen.get(what) ?? 0) + 1);
    }),
    { numRuns: 800 },
  );
  // All of it has happened, and not by chance.
  expect([...seen.keys()].sort()).toEqual(HAPPENS);
  expect([...seen].filter(([, times]) => times < 5)).toEqual([]);
});
