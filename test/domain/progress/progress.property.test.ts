import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Outcome } from '../../../src/domain/call/outcome.js';
import type { Progress } from '../../../src/domain/progress/state.js';
import type { TaskStatus } from '../../../src/domain/task-status.js';
import { randomPlan } from '../../support/random-plans.js';
import { roll } from '../../support/roll.js';
import { simulate, type Simulation } from '../../support/simulate.js';

const ENDS: readonly TaskStatus[] = [
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
  'unknown',
  'compensated',
  'compensation-failed',
];

const outcomes: readonly Outcome[] = [
  { status: 'succeeded', output: 1, attempts: 1 },
  { status: 'failed', failure: { type: 'AgentFailed', message: 'no' }, attempts: 2 },
  { status: 'unknown', failure: { type: 'Timeout', message: 'late' }, attempts: 1 },
];

const scenario = fc.record({
  plan: randomPlan,
  seed: fc.nat(),
  failing: fc.integer({ min: 0, max: 60 }),
  cancelAfter: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

function play({ plan, seed, failing, cancelAfter }: Scenario, between?: (progress: Progress) => Progress): Simulation {
  return simulate(plan, {
    duration: (task, index) => 1 + roll(seed, task, index ?? 'd'),
    outcome: (task, index) => {
      const is = roll(seed, 'outcome', task, index ?? '');
      return is < failing ? outcomes[1 + (is % 2)]! : outcomes[0]!;
    },
    items: (task) => roll(seed, 'items', task) % 5,
    tolerated: (task) => roll(seed, 'tolerated', task) % 2,
    when: (task) => roll(seed, 'when', task) > 30,
    undone: ({ task, index }) => roll(seed, 'undone', task, index ?? '') > 20,
    ...(cancelAfter === undefined ? {} : { cancelAfter }),
    ...(between === undefined ? {} : { between }),
  });
}

const always = (name: string, claim: (simulation: Simulation, scenario: Scenario) => void) =>
  test(name, () =>
    fc.assert(
      fc.property(scenario, (given) => {
        claim(play(given), given);
      }),
      { numRuns: 500 },
    ),
  );

always('every task ends in exactly one legal status', ({ progress }) => {
  for (const state of Object.values(progress.tasks)) expect(ENDS).toContain(state.status);
  expect(progress.running).toBe(0);
  expect(progress.inFlight).toBe(0);
});

always('no task starts twice, and none before a join over its needs could hold', ({ graph, log }) => {
  const ended = new Map<string, number>();
  const started = new Set<string>();
  for (const [position, { what, task, index }] of log.entries()) {
    if (what === 'end' && index === undefined) ended.set(task, position);
    if (what !== 'start' || index !== undefined) continue;
    expect(started.has(task)).toBe(false);
    started.add(task);
    const { needs, join, task: spec } = graph.tasks.get(task)!;
    if (join === 'all-succeeded' && needs.length > 0 && spec.forEach === undefined) {
      for (const need of needs)
        if (graph.tasks.get(need)!.task.forEach === undefined) expect(ended.has(need)).toBe(true);
    }
  }
});

always('a task that ran had a join that held over how its needs ended', ({ graph, progress }) => {
  for (const [id, { status, startedAt }] of Object.entries(progress.tasks)) {
    if (status === 'skipped' || startedAt === undefined) continue;
    const { needs, join } = graph.tasks.get(id)!;
    const ends = needs.map((need) => progress.tasks[need]!);
    const before = ends.filter(({ endedAt }) => endedAt !== undefined && endedAt <= startedAt);
    const worked = before.filter(({ status, failure }) => status !== 'skipped' && failure === undefined).length;
    const conditions = before.filter(({ skip }) => skip?.cause === 'condition').length;
    if (join === 'all-succeeded') expect(worked).toBe(needs.length);
    if (join === 'any-succeeded') expect(worked).toBeGreaterThan(0);
    if (typeof join === 'object') expect(worked).toBeGreaterThanOrEqual(join.atLeast);
    if (join === 'none-failed') expect(worked + conditions).toBe(needs.length);
    if (join === 'all-done') expect(before.length).toBe(needs.length);
    if (join === 'any-failed') expect(before.length - worked - conditions).toBeGreaterThan(0);
  }
});

always('never more calls are in flight than the plan allows', ({ mostInFlight }, { plan }) => {
  expect(mostInFlight).toBeLessThanOrEqual(plan.concurrency!);
});

always('what is undone is a linear extension of the reversed DAG, each unit once', ({ graph, log, progress }) => {
  const begun = new Map<string, number[]>();
  const done = new Map<string, number[]>();
  const units = new Set<string>();
  for (const [position, { what, task, index }] of log.entries()) {
    if (what === 'undo') {
      expect(units.has(`${task}/${index}`)).toBe(false);
      units.add(`${task}/${index}`);
      begun.set(task, [...(begun.get(task) ?? []), position]);
    }
    if (what === 'undone') done.set(task, [...(done.get(task) ?? []), position]);
  }
  for (const id of begun.keys()) {
    for (const later of descendants(graph, id)) {
      const ends = done.get(later);
      if (ends !== undefined) expect(Math.max(...ends)).toBeLessThan(Math.min(...begun.get(id)!));
    }
  }
  expect([...progress.compensated, ...progress.debt].sort()).toEqual([...begun.keys()].sort());
});

always(
  'all that worked and declares a compensation is undone when the run compensates',
  ({ graph, log, progress }, { plan }) => {
    const isUndoing =
      progress.verdict === 'cancelled' || (progress.verdict === 'failed' && plan.onFailure === 'compensate');
    const undone = new Set(log.filter(({ what }) => what === 'undo').map(({ task }) => task));
    if (!isUndoing) return expect(undone.size).toBe(0);
    for (const { what, task, index } of log) {
      if (what !== 'end' || graph.tasks.get(task)!.task.compensate === undefined) continue;
      const { items, failure, status } = progress.tasks[task]!;
      const end = index === undefined ? status : items!.ended[index]!.status;
      if (end === 'succeeded' || (index === undefined && failure === undefined)) expect(undone).toContain(task);
    }
  },
);

test('progress survives JSON at every point of a run', () => {
  const throughJson = (progress: Progress) => JSON.parse(JSON.stringify(progress)) as Progress;
  fc.assert(
    fc.property(scenario, (given) => {
      const [straight, carried] = [play(given), play(given, throughJson)];
      expect(carried.log).toEqual(straight.log);
      expect(throughJson(carried.progress)).toEqual(throughJson(straight.progress));
    }),
    { numRuns: 300 },
  );
});

function descendants({ tasks }: Simulation['graph'], id: string): Set<string> {
  const found = new Set<string>();
  const queue = [id];
  for (const next of queue) {
    for (const dependent of tasks.get(next)!.dependents) {
      if (found.has(dependent)) continue;
      found.add(dependent);
      queue.push(dependent);
    }
  }
  return found;
}
