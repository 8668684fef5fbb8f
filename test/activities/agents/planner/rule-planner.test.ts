import { describe, expect, test } from 'vitest';
import { agentFromData } from '../../../../src/activities/agents/index.js';
import { rulePlanner } from '../../../../src/activities/agents/planner/rule-planner.js';
import { problem } from '../../../../src/domain/problem.js';
import { call } from '../../call.js';

const review = { name: 'review', tasks: { all: { agent: 'echo' } } };
const mail = { name: 'mail', tasks: { all: { agent: 'echo' } } };

const planner = rulePlanner({
  type: 'rules',
  rules: [
    { goal: 'review the repository at {path}', plan: review },
    {
      goal: 'tell {who} (gently) that {what}',
      plan: mail,
      input: { to: ['{who}'], text: '{what}, {who}! {nobody}', n: 1 },
    },
    { goal: 'nothing', plan: mail },
    { goal: 'anything', plan: mail, replan: { tasks: { rest: { agent: 'echo' } } } },
  ],
});

async function ask(goal: string, more: object = {}): Promise<unknown> {
  const input = { goal, input: {}, agents: [], limits: { maxTasks: 1, maxItems: 1, depth: 0 }, ...more };
  return (await call({ agents: [planner], request: { input } })).output;
}

test.each<[string, string, Record<string, string>]>([
  ['e-mail {who}', 'E-Mail Ann-Lee', { who: 'Ann-Lee' }],
  ['{from}-{to}', 'x-y', { from: 'x', to: 'y' }],
  ['follow-up on #{n} (50% – @home/now)', 'Follow-up on #7 (50% – @home/now).', { n: '7' }],
  [`all of ~!"'&,:;<=>_\`\\ {it}`, `all of ~!"'&,:;<=>_\`\\ a`, { it: 'a' }],
])('a goal may have any punctuation: %s', async (goal, asked, places) => {
  const agents = [rulePlanner({ type: 'x', rules: [{ goal, plan: mail }] })];
  const input = { goal: asked, input: {}, agents: [], limits: { maxTasks: 1, maxItems: 1, depth: 0 } };
  expect((await call({ agents, request: { input } })).output).toEqual({ plan: mail, input: places });
});

describe('rulePlanner', () => {
  test.each([
    ['review the repository at .', { path: '.' }],
    ['  Review  the\nRepository at ./a b/c.d!', { path: './a b/c.d' }],
  ])('a rule planner finds the plan for the goal %j, and what its places match', async (goal, input) => {
    expect(await ask(goal)).toEqual({ plan: review, input });
  });

  test('a rule planner answers a failed plan with the `replan` of the rule, and refuses if there is none', async () => {
    const replan = { failure: { message: 'scan failed' } };
    expect(await ask('anything', { replan })).toEqual({ plan: { tasks: { rest: { agent: 'echo' } } }, input: {} });
    await expect(ask('nothing', { replan })).rejects.toThrow('this rule has no plan for a failure: scan failed');
  });

  test('what the places match is added to the input of the planner', async () => {
    expect(await ask('review the repository at src', { input: { out: 'x', path: 'y' } })).toEqual({
      plan: review,
      input: { out: 'x', path: 'src' },
    });
  });

  test('what the places match is filled into the input of the rule', async () => {
    expect(await ask('tell Ann (gently) that $& it is late')).toEqual({
      plan: mail,
      input: { to: ['Ann'], text: '$& it is late, Ann! {nobody}', n: 1 },
    });
  });

  test('a goal may have no places', async () => {
    expect(await ask('Nothing.')).toEqual({ plan: mail, input: {} });
  });

  test.each(['', 'please review the repository at x', 'tell Ann that'])(
    'a rule planner refuses the goal %j, and lists the goals of its rules',
    async (goal) => {
      await expect(ask(goal)).rejects.toMatchObject({
        type: 'AgentRefused',
        nonRetryable: true,
        message: expect.stringContaining('the goals of the rules: "review the repository at {path}", ') as string,
      });
    },
  );

  test('a rule planner refuses after its plan was rejected', async () => {
    const rejected = { answer: review, problems: [problem('plan.no-tasks', ['tasks'], 'expected one')] };
    await expect(ask('nothing', { rejected })).rejects.toThrow('its plan was rejected: tasks: expected one');
  });

  test('a long goal is matched in time proportional to its length', async () => {
    const goal = `tell ${' (gently) than'.repeat(2_000)}`;
    await expect(ask(goal)).rejects.toThrow('no rule fits the goal');
    await expect(ask(`review the repository at a${' '.repeat(5_000)}`)).resolves.toMatchObject({ plan: review });
    await expect(ask('x'.repeat(100_001))).rejects.toThrow('expected a goal of at most 100000 characters');
  });

  test('the goal of a rule may have any characters', () => {
    const goal = 're-plan a/b [c] (d) {what}? *';
    expect(() => rulePlanner({ type: 'r', rules: [{ goal, plan: review }] })).not.toThrow();
  });

  test('a rule whose goal is too long is rejected when the agent is defined', () => {
    expect(() => rulePlanner({ type: 'r', rules: [{ goal: 'x'.repeat(20_000), plan: review }] })).toThrow(
      'agent "r": rules[0].goal: expected a goal that can be matched, but it is longer than 10000 characters',
    );
  });

  test('a rule planner may be defined in a data file', () => {
    expect(agentFromData({ type: 'plans', kind: 'rules', rules: [{ goal: 'x', plan: review }] })).toMatchObject({
      type: 'plans',
      kind: 'rules',
    });
  });

  test.each([
    [{ rules: [] }, 'rules: expected array to have >=1 items'],
    [{ rules: [{ goal: '{a} and {a}', plan: review }] }, 'rules[0].goal: expected each place once'],
    [{ rules: [{ goal: 'x' }] }, 'rules[0].plan: expected'],
  ])('a rule planner with wrong rules is rejected: %j', (data, message) => {
    expect(() => agentFromData({ type: 'plans', kind: 'rules', ...data })).toThrow(message);
  });
});
