import { expect, test } from 'vitest';
import { checkPlanEnds } from '../../../src/client/check-plan.js';
import { startRun } from '../../../src/client/start-run.js';
import type { Plan } from '../../../src/domain/plan/plan.js';
import { longestBelow, runIdFault } from '../../../src/domain/run/run-ids.js';

const leaf: Plan = { name: 'leaf', tasks: { a: { agent: 'echo' } } };
const deep = (levels: number, id: string): Plan =>
  levels === 0 ? leaf : { name: 'deep', tasks: { [id]: { plan: deep(levels - 1, id) }, x: { plan: leaf } } };
const UNDO = ':compensate-99'.length;

test('a plan without sub-plans adds nothing to the id of its run', () => {
  expect(longestBelow(leaf)).toEqual({ bytes: 0, path: [] });
});

test('the longest id has every level with its suffix, and the suffix of the run', () => {
  expect(longestBelow(deep(2, 'long'))).toEqual({ bytes: 2 * ('/long'.length + UNDO) + UNDO, path: ['long', 'long'] });
});

test.each<[string, Plan, string]>([
  ['an item', { name: 'p', tasks: { t: { plan: leaf, forEach: { items: [1] } } } }, '/t[9999]'],
  [
    'an item of many',
    { name: 'p', tasks: { t: { plan: leaf, forEach: { items: [], maxItems: 100_000 } } } },
    '/t[99999]',
  ],
  ['a named plan', { name: 'p', tasks: { t: { plan: 'sub' } } }, `/t${':compensate-99'}/inner`],
  ['a plan that a planner will make', { name: 'p', tasks: { t: { decompose: { goal: 'g', planner: 'p' } } } }, '/t'],
  [
    'a task of a plan that may be replaced',
    { name: 'p', onFailure: 'replan', tasks: { t: { plan: leaf } }, replan: { planner: 'p', goal: 'g' } },
    '/t~10',
  ],
])('the longest id: %s', (_, plan, id) => {
  const plans = { sub: { name: 'sub', tasks: { inner: { plan: leaf } } } };
  expect(longestBelow(plan, plans).bytes).toBe(id.length + 2 * UNDO);
});

test('plans that share sub-plans are measured in little time', () => {
  const plans: Record<string, Plan> = { p0: leaf };
  for (let level = 1; level < 10; level++) {
    const tasks = Object.fromEntries(Array.from({ length: 100 }, (_, t) => [`t${t}`, { plan: `p${level - 1}` }]));
    plans[`p${level}`] = { name: 'p', tasks };
  }
  expect(longestBelow(plans['p9']!, plans).path).toHaveLength(9);
});

test('an id that leaves too little room is refused with the size that fits, before a server is asked', async () => {
  const plan = deep(7, 'n'.repeat(100));
  const room = 1000 - longestBelow(plan).bytes;
  expect(runIdFault(room, plan)).toBeUndefined();
  expect(runIdFault(room + 1, plan)).toContain(`use an id of at most ${room} bytes, or shorter ids of tasks`);
  const noClient = undefined as never;
  const request = { plan, input: {} };
  await expect(startRun(noClient, { id: 'é'.repeat(room / 2 + 1), taskQueue: 'q', request })).rejects.toThrow(
    /^id é.*: the ids of its sub-plans would have up to 100\d bytes \(n{98}.*\), at most 1000 are possible; use an id of/,
  );
});

test('validate: a plan of which no run can start its sub-plans is refused', () => {
  const { problems } = checkPlanEnds(deep(10, 'n'.repeat(100)), {});
  expect(problems).toEqual([
    {
      code: 'plan.long-ids',
      path: '',
      message: expect.stringMatching(/at most 1000 are possible; use shorter ids of tasks, or fewer levels$/) as string,
    },
  ]);
});
