// Goals that a model plans: a real server that speaks OpenAI's API, with scripted answers.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { llmPlanner } from '../../src/activities/agents/planner/llm-planner.js';
import type { Decompose, Plan } from '../../src/domain/plan/plan.js';
import { openaiServer, type OpenAiServer } from '../fixtures/openai-server.js';
import { useDevServer, type TestAgents } from '../support/temporal.js';

const temporal = useDevServer();
let model: OpenAiServer;
beforeEach(async () => void (model = await openaiServer()));
afterEach(() => model.close());

const good: Plan = {
  name: 'good',
  tasks: { a: { agent: 'echo', input: '{% $input.n %}' } },
  output: '{% $tasks.a.output %}',
};
const cyclic = { name: 'cyclic', tasks: { a: { agent: 'echo', needs: ['b'] }, b: { agent: 'echo', needs: ['a'] } } };

async function solve(decompose: Partial<Decompose> = {}, timeout = '30s') {
  const planner = llmPlanner({ type: 'planner', baseURL: model.baseURL, model: 'scripted', apiKey: 'sk-very-secret' });
  const agents: TestAgents = {
    planner: {
      timeout,
      retry: { attempts: 2, initial: '1ms' },
      run: (input, context) => planner.run(input as Parameters<typeof planner.run>[0], context),
    },
    adder: { description: 'adds numbers', run: () => 1 },
  };
  const plan: Plan = {
    name: 'solve',
    tasks: { solve: { decompose: { goal: 'say 7', planner: 'planner', ...decompose }, input: { n: 7 } } },
    output: '{% $tasks.solve.output %}',
  };
  const { result, said } = await temporal.start(plan, { agents });
  const { status, output, tasks, usage } = await result();
  return { status, output, usage, said: said(), solved: tasks['solve']! };
}

const asked = (at: number): string => JSON.stringify(model.requests[at]!.messages);

test('an LLM planner gets goal, agents and input, and its plan runs', async () => {
  model.answer(good, { usage: { input: 100, output: 20 } });
  const { output, usage } = await solve();
  expect(output).toBe(7);
  expect(usage).toMatchObject({ calls: 2, tokens: 120 });
  const content = String(model.requests[0]!.messages[0]!.content);
  for (const part of ['say 7', 'adds numbers', '{"n":7}', 'At most 50 tasks']) expect(content).toContain(part);
});

describe('an answer that is not a valid plan', () => {
  test.each<[string, string | object, Partial<Decompose>, string]>([
    ['a cycle', cyclic, {}, 'tasks wait for each other in a cycle'],
    ['garbage', 'Sure! Here is {"name": ', {}, 'expected a plan as JSON'],
    [
      'an agent that it may not use',
      { name: 'x', tasks: { a: { agent: 'adder' } } },
      { agents: ['echo'] },
      'expected the type of an agent that is registered',
    ],
    [
      'a plan of 10,000 tasks',
      { name: 'x', tasks: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`t${i}`, { agent: 'echo' }])) },
      {},
      'expected at most 50 tasks, got 10000',
    ],
  ])('an LLM planner gets the problems of its answer: %s', async (_, answer, decompose, expected) => {
    model.answer(answer).answer(good);
    const { status } = await solve(decompose);
    expect(status).toBe('completed');
    expect(model.requests).toHaveLength(2);
    expect(asked(1)).toContain(expected);
  });
});

describe('a server that fails', () => {
  test.each<[string, () => OpenAiServer]>([
    ['a 429 with Retry-After', () => model.fail(429, { 'retry-after': '0' })],
    ['a 500', () => model.fail(500)],
    ['a connection that is cut', () => model.cut('midway')],
  ])('an LLM planner is called again after %s', async (_, fail) => {
    fail().answer(good);
    const { status, usage } = await solve();
    expect(status).toBe('completed');
    expect(usage.calls).toBe(3);
  });

  test('an LLM planner that the server refuses fails the task, and nothing runs', async () => {
    model.refuse('I cannot help with that');
    const { solved, said } = await solve();
    expect(solved.failure).toMatchObject({ type: 'ModelRefused' });
    expect(said).toEqual(['planner solve']);
  });

  test('an LLM planner that never answers fails the task in time', async () => {
    model.hang();
    const { solved } = await solve({}, '300ms');
    expect(solved).toMatchObject({ status: 'unknown', failure: { type: 'Timeout' } });
    expect(JSON.stringify(solved)).not.toContain('very-secret');
  });
});

test('an LLM planner gets the failed tasks, and previews of the outputs of the others, in a re-planning', async () => {
  const first: Plan = {
    name: 'first',
    tasks: {
      read: { agent: 'echo', input: { text: `begins ${'x'.repeat(5_000)} ends` } },
      scan: {
        agent: 'adder',
        input: '{% $tasks.read.output.nothing.here %}',
        needs: ['read'],
        when: "{% $error('bad') %}",
      },
    },
  };
  const rest = {
    tasks: { again: { agent: 'echo', input: '{% $length($tasks.read.output.text) %}' } },
    output: '{% $tasks.again.output %}',
  };
  model.answer(first).answer(rest);
  const { output, said } = await solve({ onFailure: 'replan' });
  expect(output).toBe(5_012);
  expect(said).toEqual(['planner solve', 'echo read', 'planner replan-1', 'echo again']);
  for (const part of ['has failed', '$tasks.read.output', 'begins xxx', 'scan: failed: ExpressionFailed'])
    expect(asked(1)).toContain(part);
  expect(asked(1)).not.toContain(`${'x'.repeat(300)} ends"}`);
});
