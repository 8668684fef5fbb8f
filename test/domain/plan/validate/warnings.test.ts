import { expect, test } from 'vitest';
import { checkPlanEnds } from '../../../../src/client/check-plan.js';
import type { Plan } from '../../../../src/domain/plan/plan.js';
import { validatePlan } from '../../../../src/domain/plan/validate/index.js';
import { planWarnings } from '../../../../src/domain/plan/validate/warnings.js';

const cleanUp = (more: Partial<Plan> = {}): Plan => ({
  name: 'p',
  tasks: { a: { agent: 'x' }, tidy: { agent: 'y', needs: ['a'], join: 'all-done' } },
  ...more,
});

test.each(['compensate', 'stop'] as const)('join all-done under onFailure %s is a warning', (onFailure) => {
  expect(planWarnings(cleanUp({ onFailure }))).toEqual([
    `tasks.tidy.join: "all-done" does not start the task after a failure: with onFailure "${onFailure}", no task starts then; set onFailure: continue in the plan, or write join: none-failed if the task only follows tasks with conditions`,
  ]);
});

test('join all-done under onFailure continue is not a warning, and the default is compensate', () => {
  expect(planWarnings(cleanUp({ onFailure: 'continue' }))).toEqual([]);
  expect(planWarnings(cleanUp())).toHaveLength(1);
});

test('the deadline of a wait is a warning, that of other tasks is not', () => {
  const tasks = {
    w: { wait: '1h', deadline: '5m' },
    e: { event: 'x', deadline: '5m' },
    a: { agent: 'x', deadline: '5m' },
  };
  expect(planWarnings({ name: 'p', tasks })).toEqual([
    'tasks.w.deadline: has no effect on a wait, which ends when its time has come',
  ]);
  expect(planWarnings({ name: 'p', defaults: { deadline: '5m' }, tasks: { w: { wait: '1h' } } })).toEqual([]);
});

test.each([25, { max: 25 }, { max: 25, wait: '20ms' }])('forEach.batch is accepted and is a warning: %j', (batch) => {
  const plan: Plan = { name: 'p', tasks: { a: { agent: 'x', forEach: { items: [1], batch } } } };
  expect(validatePlan(plan).problems).toEqual([]);
  expect(checkPlanEnds(plan, {}).warnings).toEqual([
    'tasks.a.forEach.batch: has no effect in this version: each item is a call of its own',
  ]);
});

test.each([
  [0, 'tasks.a.forEach.batch: '],
  ['25', 'tasks.a.forEach.batch: expected a whole number of at least 1, or { max, wait }, got "25"'],
  [{ max: 25, wait: 20 }, 'tasks.a.forEach.batch.wait: '],
  [{ size: 25 }, 'tasks.a.forEach.batch'],
])('a batch of another form is a problem: %j', (batch, problem) => {
  const { problems } = validatePlan({ name: 'p', tasks: { a: { agent: 'x', forEach: { items: [1], batch } } } });
  expect(problems.map(({ path, message }) => `${path}: ${message}`).join('\n')).toContain(problem);
});

test('the plans within a plan have warnings too, and there are at most 100', () => {
  expect(planWarnings({ name: 'outer', tasks: { sub: { plan: cleanUp() } } })).toMatchObject([
    expect.stringMatching(/^tasks\.sub\.plan\.tasks\.tidy\.join: /),
  ]);
  const many = Object.fromEntries(
    Array.from({ length: 200 }, (_, n) => [`t${n}`, { agent: 'x', join: 'all-done' as const }]),
  );
  expect(planWarnings({ name: 'p', tasks: many })).toHaveLength(100);
});

test('a plan may name its JSON Schema', () => {
  expect(validatePlan({ $schema: './plan.schema.json', name: 'p', tasks: { a: { agent: 'x' } } }).problems).toEqual([]);
  expect(validatePlan({ $schema: 5, name: 'p', tasks: { a: { agent: 'x' } } }).problems).toMatchObject([
    { path: '$schema' },
  ]);
});
