// The state machine of a run against a second one that is written from the documents: see test/support/model.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { play, type Move, type Played, type World } from '../../support/model/play.js';
import { variedPlan } from '../../support/model/plans.js';
import { roll } from '../../support/roll.js';

/** The ends of tasks with each join. There is no other end, and each of them occurs. */
const ENDS: Record<string, readonly string[]> = {
  'all-succeeded': ['succeeded', 'failed', 'unknown', 'cancelled', 'skipped:condition', 'skipped:failure'],
  'none-failed': ['succeeded', 'failed', 'unknown', 'cancelled', 'skipped:condition', 'skipped:failure'],
  // All needs end at some time, so it is skipped by its own condition alone.
  'all-done': ['succeeded', 'failed', 'unknown', 'cancelled', 'skipped:condition'],
  'any-succeeded': ['succeeded', 'failed', 'unknown', 'cancelled', 'skipped:condition', 'skipped:failure'],
  // A need that failed makes it start.
  'any-failed': ['succeeded', 'failed', 'unknown', 'cancelled', 'skipped:condition'],
  atLeast: ['succeeded', 'failed', 'unknown', 'cancelled', 'skipped:condition', 'skipped:failure'],
};

const moveOf = (cancels: number, success: number): fc.Arbitrary<Move> =>
  fc.record({
    what: fc.oneof(
      { arbitrary: fc.constant('answer' as const), weight: 60 },
      { arbitrary: fc.constantFrom('pause' as const, 'resume' as const, 'skip' as const), weight: 6 },
      { arbitrary: fc.constant('cancel' as const), weight: cancels },
    ),
    which: fc.nat(99),
    how: fc.oneof({ arbitrary: fc.nat(99), weight: 1 }, { arbitrary: fc.constant(0), weight: success }),
  });

const scenario = fc
  .record({ plan: variedPlan, cancels: fc.nat(8), success: fc.nat(2), seed: fc.nat() })
  .chain(({ plan, cancels, success, seed }) =>
    fc.record({
      plan: fc.constant(plan),
      seed: fc.constant(seed),
      moves: fc.array(moveOf(cancels, success), { maxLength: 60, size: 'max' }),
    }),
  );

test('a run does what its model does, in any order of answers', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(fc.noBias(scenario), ({ plan, seed, moves }) => {
      const world: World = {
        when: (task) => (roll(seed, 'when', task) < 5 ? 'error' : roll(seed, 'when', task) > 30),
        items: (task) => roll(seed, 'items', task) % 6,
        moves,
      };
      for (const what of whatHappened(play(plan, world))) seen.set(what, (seen.get(what) ?? 0) + 1);
    }),
    { numRuns: 2000 },
  );
  const joins = Object.entries(ENDS).flatMap(([join, ends]) => ends.map((end) => `${join}: ${end}`));
  const forEachs = ['succeeded', 'failed', 'cancelled'].map((end) => `forEach: ${end}`);
  const verdicts = ['completed', 'failed', 'cancelled'];
  const runs = ['compensate', 'stop', 'continue'].flatMap((how) => verdicts.map((verdict) => `${how}: ${verdict}`));
  const undone = ['compensated', 'debt', 'compensated, several in a row'];
  const expected = [...joins, ...forEachs, ...runs, ...undone].sort();
  expect([...seen.keys()].filter((what) => what !== 'tie').sort()).toEqual(expected);
});

function whatHappened({ model, undo, progress, ties }: Played): string[] {
  const compensated = undo.compensated();
  const isChain = compensated.some((id) => model.needs(id).some((need) => compensated.includes(need)));
  return [
    `${model.plan.onFailure}: ${progress.verdict}`,
    ...(ties > 0 ? ['tie'] : []),
    ...(compensated.length > 0 ? ['compensated'] : []),
    ...(isChain ? ['compensated, several in a row'] : []),
    ...(undo.debt().length > 0 ? ['debt'] : []),
    ...[...model.ends].flatMap(([id, end]) => {
      const { join } = model.task(id);
      return [
        ...(model.needs(id).length > 0 ? [`${typeof join === 'object' ? 'atLeast' : join}: ${end}`] : []),
        ...(model.items.has(id) ? [`forEach: ${end}`] : []),
      ];
    }),
  ];
}
