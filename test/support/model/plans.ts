// Random plans that have more of what the documents speak of: tolerance, waits, fallbacks, tasks that are optional.
import fc from 'fast-check';
import type { Plan, Task, Tolerate } from '../../../src/domain/plan/plan.js';
import { plansOf } from '../random-plans.js';

interface Variation {
  readonly tolerate: Tolerate;
  readonly waits: boolean;
  readonly atLeast: number;
  readonly falls: boolean;
  readonly optional: boolean;
}

const often = (percent: number) => fc.nat(99).map((drawn) => drawn < percent);

const variation: fc.Arbitrary<Variation> = fc.record({
  tolerate: fc.oneof(
    fc.nat(3),
    fc.nat(100).map((percent): Tolerate => `${percent}%`),
  ),
  waits: often(10),
  atLeast: fc.nat(3),
  falls: often(30),
  optional: often(30),
});

function vary(task: Task, { tolerate, waits, atLeast, falls, optional }: Variation): Task {
  const { agent, compensate, forEach, ...rest } = task;
  const join = typeof task.join === 'object' ? { join: { atLeast: 1 + (atLeast % task.needs!.length) } } : {};
  const settings = { ...rest, ...join, ...(optional ? { optional } : {}) };
  if (waits) return { ...settings, wait: '1s' };
  return {
    ...settings,
    agent: agent!,
    ...(compensate === undefined ? {} : { compensate }),
    ...(forEach === undefined ? {} : { forEach: { ...forEach, tolerate } }),
    ...(falls ? { fallback: { agent: 'spare' } } : {}),
  };
}

export const variedPlan: fc.Arbitrary<Plan> = fc
  .record({
    plan: plansOf({ minLength: 1, maxLength: 14, size: 'max' }),
    variations: fc.array(variation, { minLength: 14, maxLength: 14 }),
    // Only a plan that goes on after a failure has joins that count failures.
    goesOn: fc.boolean(),
  })
  .map(({ plan, variations, goesOn }) => ({
    ...plan,
    ...(goesOn ? { onFailure: 'continue' as const } : {}),
    tasks: Object.fromEntries(
      Object.entries(plan.tasks).map(([id, task], index) => [id, vary(task, variations[index]!)]),
    ),
  }));
