import { describe, expect, test } from 'vitest';
import { readGeneratedPlan, type PlanConstraints } from '../../../src/domain/planning/generated-plan.js';
import type { Plan, Task } from '../../../src/domain/plan/plan.js';
import { readAnswer, rejectedAnswer } from '../../../src/domain/planning/planner.js';
import { planLimits } from '../../../src/domain/planning/limits.js';
import { problem } from '../../../src/domain/problem.js';

const under = (decompose: object = {}): PlanConstraints => ({
  limits: planLimits({ goal: 'it', planner: 'planner', ...decompose }),
  catalogue: { entries: [{ type: 'read' }, { type: 'write' }, { type: 'pay', sensitive: true }] },
  planner: 'planner',
});

const made = (tasks: Record<string, unknown>, limits: object = {}) =>
  readGeneratedPlan({ name: 'made', tasks }, under(limits));

const codes = (read: ReturnType<typeof made>): string[] =>
  'problems' in read ? read.problems.map(({ code, path }) => `${code} ${path}`) : [];

const planIn = (read: ReturnType<typeof made>): Plan => {
  if ('plan' in read) return read.plan;
  throw new Error(JSON.stringify(read.problems));
};

describe('a made plan is refused', () => {
  test.each<[string, Record<string, unknown>, object, string[]]>([
    ['with an agent that is not allowed', { a: { agent: 'other' } }, {}, ['plan.unknown-agent tasks.a.agent']],
    ['with the planner as an agent', { a: { agent: 'planner' } }, {}, ['plan.unknown-agent tasks.a.agent']],
    [
      'with the planner as an aggregator',
      { a: { decompose: { goal: 'more', planner: 'planner', aggregate: { agent: 'planner' } } } },
      { maxDepth: 2 },
      ['plan.unknown-agent tasks.a.decompose.aggregate.agent'],
    ],
    ['with the planner in a race', { a: { race: ['read', 'planner'] } }, {}, ['plan.unknown-agent tasks.a.race[1]']],
    [
      'with the planner as a fallback',
      { a: { agent: 'read', fallback: [{ agent: 'write' }, { agent: 'planner' }] } },
      {},
      ['plan.unknown-agent tasks.a.fallback[1].agent'],
    ],
    [
      'with a cycle',
      { a: { agent: 'read', needs: ['b'] }, b: { agent: 'read', needs: ['a'] } },
      {},
      ['plan.cycle tasks.a'],
    ],
    ['with no tasks', {}, {}, ['plan.no-tasks tasks']],
    ['with a plan by name', { a: { plan: 'secret' } }, {}, ['plan.unknown-plan tasks.a.plan']],
    [
      'with too many tasks, those of inline plans counted',
      { a: { plan: { name: 'in', tasks: { b: { agent: 'read' }, c: { agent: 'read' } } } } },
      { maxTasks: 2 },
      ['plan.too-many-tasks tasks'],
    ],
    [
      'with too many items',
      {
        a: { agent: 'read', forEach: { items: [1, 2, 3] } },
        b: { agent: 'read', forEach: { items: '{% $input %}', maxItems: 9 } },
      },
      { maxItems: 2 },
      ['plan.too-many-items tasks.a.forEach', 'plan.too-many-items tasks.b.forEach'],
    ],
    [
      'that plans, where it may not',
      { a: { decompose: { goal: 'more', planner: 'planner' } } },
      {},
      ['plan.too-deep tasks.a.decompose'],
    ],
    [
      'that plans with another planner, or beyond its own limits',
      { a: { decompose: { goal: 'more', planner: 'read', maxDepth: 2, maxTasks: 99 } } },
      { maxDepth: 2 },
      [
        'plan.unknown-agent tasks.a.decompose.planner',
        'plan.out-of-range tasks.a.decompose.maxDepth',
        'plan.out-of-range tasks.a.decompose.maxTasks',
      ],
    ],
  ])('%s', (_, tasks, limits, expected) => {
    expect(codes(made(tasks, limits))).toEqual(expected);
  });

  test('whatever it is, without an error', () => {
    for (const raw of [
      null,
      1,
      'text',
      [],
      { tasks: 1 },
      { tasks: { a: null } },
      { name: 'x', tasks: { a: { plan: { tasks: { b: 7 } } } } },
    ])
      expect(readGeneratedPlan(raw, under())).toHaveProperty('problems');
  });

  test('at once where it is far too large', () => {
    const tasks = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`t${i}`, { agent: 'nobody' }]));
    expect(codes(made(tasks))).toEqual(['plan.too-many-tasks tasks']);
  });
});

describe('limits that the planner left open are written in', () => {
  test('of items', () => {
    const plan = planIn(made({ a: { agent: 'read', forEach: { items: '{% $input %}' } } }, { maxItems: 7 }));
    expect(plan.tasks['a']!.forEach).toMatchObject({ maxItems: 7 });
  });

  test('of a decomposition within it', () => {
    const plan = planIn(made({ a: { decompose: { goal: 'more', planner: 'planner' } } }, { maxDepth: 2, maxTasks: 9 }));
    expect(plan.tasks['a']!.decompose).toMatchObject({
      agents: ['read', 'write', 'pay'],
      maxTasks: 9,
      maxItems: 1_000,
    });
  });
});

describe('a sensitive agent', () => {
  const pay = (more: Partial<Task> = {}) => ({ agent: 'pay', ...more });
  const ask = { approve: { title: 'Pay?' } };

  test.each<[string, Record<string, unknown>]>([
    ['alone', { pay: pay() }],
    ['beside an approval', { ask, pay: pay() }],
    [
      'after one that silence gives',
      { ask: { approve: { title: 'Pay?', timeout: '1h', onTimeout: 'approve' } }, pay: pay({ needs: ['ask'] }) },
    ],
    ['after one that may have been refused', { ask, pay: pay({ needs: ['ask'], join: 'all-done' }) }],
    ['after one that may not have been asked', { ask, pay: pay({ needs: ['ask'], join: 'none-failed' }) }],
    ['as a fallback', { pay: { agent: 'read', fallback: { agent: 'pay' } } }],
    ['in a chain of fallbacks', { pay: { agent: 'read', fallback: [{ agent: 'write' }, { agent: 'pay' }] } }],
    ['in a race', { pay: { race: ['read', 'pay'] } }],
    ['in a vote', { pay: { vote: { agents: ['read', 'pay'], quorum: 2 } } }],
    ['as a compensation', { pay: { agent: 'read', compensate: { agent: 'pay' } } }],
    [
      'as the aggregator of a decomposition within it',
      { sub: { decompose: { goal: 'more', planner: 'planner', aggregate: { agent: 'pay' } } } },
    ],
    ['in a plan within it', { sub: { plan: { name: 'sub', tasks: { pay: pay() } } } }],
  ])('is refused %s', (_, tasks) => {
    expect(codes(made(tasks, { maxDepth: 2 }))[0]).toMatch(/^plan\.needs-approval /);
  });

  test.each<[string, Record<string, unknown>]>([
    ['after an approval', { ask, pay: pay({ needs: ['ask'] }) }],
    ['after a task that is after one', { ask, read: { agent: 'read', needs: ['ask'] }, pay: pay({ needs: ['read'] }) }],
    [
      'as an aggregator that is after one',
      { ask, sub: { decompose: { goal: 'more', planner: 'planner', aggregate: { agent: 'pay' } }, needs: ['ask'] } },
    ],
    ['where a plan that is made of it may call it', { sub: { decompose: { goal: 'more', planner: 'planner' } } }],
    ['in a plan that is after one', { ask, sub: { plan: { name: 'sub', tasks: { pay: pay() } }, needs: ['ask'] } }],
    ['in a plan that asks itself', { sub: { plan: { name: 'sub', tasks: { ask, pay: pay({ needs: ['ask'] }) } } } }],
  ])('is allowed %s', (_, tasks) => {
    expect(codes(made(tasks, { maxDepth: 2 }))).toEqual([]);
  });

  test('was not looked for in a decomposition by runs that began under the first rules', () => {
    const decompose = { goal: 'more', planner: 'planner', aggregate: { agent: 'pay' } };
    const plan = { name: 'made', tasks: { sub: { decompose } } };
    expect(codes(readGeneratedPlan(plan, { ...under({ maxDepth: 2 }), rules: 1 }))).toEqual([]);
  });
});

describe('an answer', () => {
  const plan = { name: 'p', tasks: {} };

  test.each<[string, unknown, unknown]>([
    ['a plan', plan, { plan }],
    ['a plan and its input', { plan, input: 1 }, { plan, input: 1 }],
    ['JSON', JSON.stringify(plan), { plan }],
    ['JSON in a fence', `Here it is:\n\n\`\`\`json\n${JSON.stringify({ plan })}\n\`\`\`\nGood luck!`, { plan }],
    ['garbage', 'I would rather not {', { problem: { code: 'plan.not-json' } }],
    ['a list', [plan], { problem: { code: 'plan.not-an-object' } }],
    ['nothing', null, { problem: { code: 'plan.not-an-object' } }],
    [
      'JSON that says a thing twice',
      '{"name":"a:b,{\\"","tasks":{"a":{"needs":["a","a"]},"b":1,"\\u0061":2}}',
      { problem: { code: 'plan.duplicate-id', path: 'tasks.a' } },
    ],
  ])('may be %s', (_, answer, expected) => {
    expect(readAnswer(answer, 2)).toMatchObject(expected as object);
  });

  test('is read in sentences and after thoughts, in a run of rules 2', () => {
    const text = `<think>{"plan"?}</think>Sure: {"note": 1} and ${JSON.stringify(plan)}. Good luck!`;
    expect(readAnswer(text, 2)).toEqual({ plan });
    expect(readAnswer(text, 1)).toMatchObject({ problem: { code: 'plan.not-json' } });
  });

  test('a plan with a number that JavaScript cannot hold is sent back, under rules 3', () => {
    const text = '{"name": "x", "tasks": {"a": {"agent": "b", "input": 9223372036854775807}}}';
    expect(readAnswer(text, 2)).toHaveProperty('plan');
    expect(readAnswer(text, 3)).toMatchObject({ problem: { code: 'plan.big-number' } });
  });

  test('is sent back with some of its problems, and without itself where it is large', () => {
    const problems = Array.from({ length: 60 }, (_, i) => problem('plan.x', [String(i)], 'no'));
    const back = rejectedAnswer('x'.repeat(300_000), problems);
    expect(back).toMatchObject({ answer: null, more: 10 });
    expect(back.problems).toHaveLength(50);
  });
});
