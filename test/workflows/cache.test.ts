// Answers that are good for whoever asks the same, for a time.
import { expect, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { originText } from '../../src/domain/run/origin.js';
import type { Plan, Task } from '../../src/domain/plan/plan.js';
import { useDevServer, type TestAgents } from '../support/temporal.js';

// Not the server that skips over time: what is in the cache would be over as soon as nothing else is due.
const temporal = useDevServer();

const one = (task: Partial<Task> = {}): Plan => ({
  name: 'one',
  tasks: { ask: { agent: 'wise', cache: { ttl: '1h' }, ...task } },
  output: '{% $tasks.ask.output %}',
});

/** Says which of its calls it answers. */
function counting(): TestAgents {
  let count = 0;
  return { wise: () => ++count };
}

test('a cached answer is reused by another run, whatever the name of the task', async () => {
  const agents = counting();
  const first = await temporal.run(one({ input: 'a' }), { agents });
  const plan: Plan = { name: 'two', tasks: { other: { agent: 'wise', input: 'a', cache: { ttl: '1d' } } } };
  const second = await temporal.run(plan, { agents });
  expect(first).toMatchObject({ output: 1, usage: { calls: 1 } });
  expect(second.tasks['other']).toMatchObject({ output: 1, cached: true, attempts: 0 });
  expect([second.usage.calls, originText(second)]).toEqual([0, 'cached 1, ran 0']);
});

test('a cached answer is not reused for another input or another version', async () => {
  const agents = counting();
  const wise = agents['wise'] as () => number;
  const outputs = [];
  for (const [input, version] of [
    ['v', '1'],
    ['w', '1'],
    ['v', '2'],
    ['v', '1'],
  ] as const) {
    outputs.push((await temporal.run(one({ input }), { agents: { wise: { version, run: wise } } })).output);
  }
  expect(outputs).toEqual([1, 2, 3, 1]);
});

const after = (task: Partial<Task>): Plan => ({
  name: 'after',
  tasks: { wait: { wait: '1s' }, ask: { agent: 'wise', needs: ['wait'], ...task } },
  output: '{% $tasks.ask.output %}',
});

test('a cached answer expires after its ttl, and its Workflow ends', async () => {
  const agents = counting();
  const brief = { input: 'brief', cache: { ttl: '1s' } };
  await temporal.run(one(brief), { agents });
  expect((await temporal.run(after(brief), { agents })).output).toBe(2);
  const over = `WorkflowType = 'cachedReply' AND ExecutionStatus = 'Completed'`;
  await expect.poll(async () => (await temporal.env.client.workflow.count(over)).count).toBe(2);
});

test('a cached answer that is too old for one task is replaced by a newer one', async () => {
  const agents = counting();
  const lasting = one({ input: 'lasting' });
  await temporal.run(lasting, { agents });
  expect((await temporal.run(after({ input: 'lasting', cache: { ttl: '1s' } }), { agents })).output).toBe(2);
  const replaced = `WorkflowType = 'cachedReply' AND ExecutionStatus = 'Terminated'`;
  await expect.poll(async () => (await temporal.env.client.workflow.count(replaced)).count).toBe(1);
});

test('cache in the settings of an agent applies to all of its calls; failures are never cached', async () => {
  let calls = 0;
  const run = () => {
    if (++calls === 1) throw new AgentError('no', { retryable: false });
    return calls;
  };
  const agents: TestAgents = { wise: { cache: { ttl: '1h' }, run } };
  const plan: Plan = {
    name: 'agent',
    tasks: { ask: { agent: 'wise', input: 'agent' } },
    output: '{% $tasks.ask.output %}',
  };
  expect((await temporal.run(plan, { agents })).status).toBe('failed');
  expect((await temporal.run(plan, { agents })).output).toBe(2);
  expect((await temporal.run(plan, { agents })).output).toBe(2);
});

test('a run does not undo cached answers, and a compensation is never taken from the cache', async () => {
  const agents: TestAgents = {
    wise: () => 'done',
    undo: { cache: { ttl: '1h' }, run: () => null },
    no: () => Promise.reject(new AgentError('no', { retryable: false })),
  };
  const plan = (input: string): Plan => ({
    name: 'undone',
    tasks: {
      ask: { agent: 'wise', input, cache: { ttl: '1h' }, compensate: { agent: 'undo', input: 'same' } },
      no: { agent: 'no', needs: ['ask'] },
    },
  });
  const compensated = [];
  for (const input of ['x', 'x', 'y']) compensated.push((await temporal.run(plan(input), { agents })).compensated);
  expect(compensated).toEqual([['ask'], [], ['ask']]);
});

test('a task named in from ignores the cache, and its answer replaces the cached one', async () => {
  const agents = counting();
  const plan = one({ input: 'anew' });
  const old = await temporal.start(plan, { agents });
  await old.result();
  const fork = await temporal.start(plan, { agents, forkOf: { run: old.id, from: ['ask'] } });
  expect((await fork.result()).output).toBe(2);
  expect((await temporal.run(plan, { agents })).output).toBe(2);
});
