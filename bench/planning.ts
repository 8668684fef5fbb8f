// What planning costs: proving a plan of 10,000 tasks, and the scheduler's own work for each task as plans grow.
// Usage: npm run bench:planning
import { validatePlan } from '../src/domain/plan/validate/index.js';
import type { Plan } from '../src/domain/plan/plan.js';
import { simulate } from '../test/support/simulate.js';

const ROUNDS = 5;
const NEEDS = 3;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** Each task needs the three before it, through an expression and by name: a DAG with three edges a task. */
function plan(size: number): Plan {
  const needs = (i: number) => Array.from({ length: Math.min(i, NEEDS) }, (_, j) => `t${i - 1 - j}`);
  const entries = Array.from({ length: size }, (_, i) => [
    `t${i}`,
    { agent: 'echo', needs: needs(i), input: i === 0 ? {} : { last: `{% $tasks.t${i - 1}.output %}` } },
  ]);
  return { name: 'large', concurrency: 1500, tasks: Object.fromEntries(entries) as Plan['tasks'] };
}

function measure(what: () => void): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const began = performance.now();
    what();
    return performance.now() - began;
  });
  return median(times);
}

const large = plan(10_000);
const validateMs = measure(() => {
  const { problems } = validatePlan(large, ['echo']);
  if (problems.length > 0) throw new Error(problems[0]!.message);
});
console.log(JSON.stringify({ bench: 'validate 10,000 tasks', limitMs: 1000, ms: validateMs }));

for (const size of [1_000, 10_000, 100_000]) {
  const given = plan(size);
  const ms = measure(() => void simulate(given));
  console.log(
    JSON.stringify({ bench: 'simulate progress', tasks: size, edges: size * NEEDS, ms, usPerTask: (ms * 1000) / size }),
  );
}
