// Random plans for property tests: any DAG, any join, conditions, forEachs, compensations.
import fc from 'fast-check';
import type { Join, OnFailure, Plan, Task } from '../../src/domain/plan/plan.js';

interface TaskDraw {
  readonly needs: readonly number[];
  readonly join: number;
  readonly conditional: boolean;
  readonly forEach: boolean;
  readonly compensates: boolean;
  readonly priority: number;
}

const taskDraw: fc.Arbitrary<TaskDraw> = fc.record({
  needs: fc.array(fc.nat(), { maxLength: 4 }),
  join: fc.nat(5),
  conditional: fc.boolean(),
  forEach: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  compensates: fc.boolean(),
  priority: fc.integer({ min: 1, max: 5 }),
});

function joinOf(draw: number, needs: number): Join {
  if (needs === 0) return 'all-succeeded';
  const joins: Join[] = [
    'all-succeeded',
    'none-failed',
    'all-done',
    'any-succeeded',
    'any-failed',
    { atLeast: 1 + (draw % needs) },
  ];
  return joins[draw]!;
}

function task(draw: TaskDraw, index: number): Task {
  const needs = index === 0 ? [] : [...new Set(draw.needs.map((need) => `t${need % index}`))];
  return {
    agent: 'echo',
    needs,
    join: joinOf(draw.join, needs.length),
    priority: draw.priority,
    ...(draw.conditional ? { when: '{% $input.yes %}' } : {}),
    ...(draw.forEach ? { forEach: { items: '{% $input.items %}', concurrency: 2 } } : {}),
    ...(draw.compensates ? { compensate: { agent: 'undo' } } : {}),
  };
}

/** Plans with as many tasks as an array of these constraints has elements. */
export const plansOf = (size: fc.ArrayConstraints): fc.Arbitrary<Plan> =>
  fc
    .record({
      draws: fc.array(taskDraw, size),
      onFailure: fc.constantFrom<OnFailure>('compensate', 'stop', 'continue'),
      concurrency: fc.integer({ min: 1, max: 8 }),
    })
    .map(({ draws, onFailure, concurrency }) => ({
      name: 'random',
      onFailure,
      concurrency,
      tasks: Object.fromEntries(draws.map((draw, index) => [`t${index}`, task(draw, index)])),
    }));

export const randomPlan = plansOf({ minLength: 1, maxLength: 25 });
