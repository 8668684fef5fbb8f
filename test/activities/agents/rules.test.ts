import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, test } from 'vitest';
import { agentFromData } from '../../../src/activities/agents/index.js';
import { rulePlanner } from '../../../src/activities/agents/rules.js';
import { createActivities } from '../../../src/activities/index.js';
import type { CallReply, CallRequest } from '../../../src/domain/call.js';
import { problem } from '../../../src/domain/problem.js';
import { silenceTemporal } from '../../support/silence.js';

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
  const request = {
    run: 'r',
    plan: 'p',
    task: 't',
    agent: 'rules',
    input: { goal, input: {}, agents: [], limits: { maxTasks: 1, maxItems: 1, depth: 0 }, ...more },
    idempotencyKey: 'r/t',
    timeoutMs: 5_000,
    retry: { attempts: 1, initialMs: 1, factor: 1, maxMs: 1 },
  };
  silenceTemporal();
  const { callAgent } = createActivities({ agents: [planner] });
  const environment = new MockActivityEnvironment();
  const { output } = await environment.run<[CallRequest], CallReply, typeof callAgent>(callAgent, request);
  return output;
}

describe('a rule planner', () => {
  test.each([
    ['review the repository at .', { path: '.' }],
    ['  Review  the\nRepository at ./a b/c.d!', { path: './a b/c.d' }],
  ])('finds the plan for %j, and what stands in its places', async (goal, input) => {
    expect(await ask(goal)).toEqual({ plan: review, input });
  });

  test('knows what remains when its plan has failed, or that nothing is known', async () => {
    const replan = { failure: { message: 'scan failed' } };
    expect(await ask('anything', { replan })).toEqual({ plan: { tasks: { rest: { agent: 'echo' } } }, input: {} });
    await expect(ask('nothing', { replan })).rejects.toThrow('no plan is known for when this fails: scan failed');
  });

  test('puts them beside the input that is there', async () => {
    expect(await ask('review the repository at src', { input: { out: 'x', path: 'y' } })).toEqual({
      plan: review,
      input: { out: 'x', path: 'src' },
    });
  });

  test('fills them into the input of the rule', async () => {
    expect(await ask('tell Ann (gently) that $& it is late')).toEqual({
      plan: mail,
      input: { to: ['Ann'], text: '$& it is late, Ann! {nobody}', n: 1 },
    });
  });

  test('may have no places', async () => {
    expect(await ask('Nothing.')).toEqual({ plan: mail, input: {} });
  });

  test.each(['', 'please review the repository at x', 'tell Ann that'])(
    'says which goals it knows for %j',
    async (goal) => {
      await expect(ask(goal)).rejects.toMatchObject({
        type: 'AgentRefused',
        nonRetryable: true,
        message: expect.stringContaining('the goals it knows: "review the repository at {path}", ') as string,
      });
    },
  );

  test('does not try again what was rejected', async () => {
    const rejected = { answer: review, problems: [problem('plan.no-tasks', ['tasks'], 'expected one')] };
    await expect(ask('nothing', { rejected })).rejects.toThrow('its plan was rejected: tasks: expected one');
  });

  test('may be data', () => {
    expect(agentFromData({ type: 'plans', kind: 'rules', rules: [{ goal: 'x', plan: review }] })).toMatchObject({
      type: 'plans',
      kind: 'rules',
    });
  });

  test.each([
    [{ rules: [] }, 'rules: expected array to have >=1 items'],
    [{ rules: [{ goal: '{a} and {a}', plan: review }] }, 'rules[0].goal: expected each place once'],
    [{ rules: [{ goal: 'x' }] }, 'rules[0].plan: expected'],
  ])('is refused where its rules are none: %j', (data, message) => {
    expect(() => agentFromData({ type: 'plans', kind: 'rules', ...data })).toThrow(message);
  });
});
