// Circuit breakers as a run sees them, with real workers.
import { expect, test } from 'vitest';
import { AgentError } from '../../../src/activities/errors/agent-error.js';
import { functionAgent } from '../../../src/activities/agents/function-agent.js';
import type { Agent } from '../../../src/domain/agent/agent.js';
import type { BreakerSettings } from '../../../src/domain/breaker/settings.js';
import type { Plan, Task } from '../../../src/domain/plan/plan.js';
import { useWorkers } from '../../support/workers.js';

const workers = useWorkers();

const RETRY = { attempts: 3, initial: '20ms', max: '50ms' };

/** An agent that can be made to fail, and the number of calls that have reached it. */
function shaky(breaker: BreakerSettings = {}) {
  const seen = { calls: 0, down: false };
  const agent: Agent = functionAgent({
    type: 'shaky',
    retry: RETRY,
    breaker: { window: { count: 10 }, minCalls: 4, openFor: '1h', probes: 1, ...breaker },
    run: async () => {
      seen.calls++;
      if (seen.down) throw new AgentError('down', { type: 'Unreachable' });
      return 'up';
    },
  });
  return { seen, agent };
}

const ask = (task: Partial<Task> = {}): Plan => ({ name: 'ask', tasks: { ask: { agent: 'shaky', ...task } } });

test('open breaker: a call fails at its deadline without an attempt, with the reason; also in a new worker', async () => {
  const { seen, agent } = shaky();
  const first = await workers.start({ agents: [agent], taskQueues: ['shared'] });
  const baton = workers.baton([agent], 'shared');
  seen.down = true;
  const failing = await Promise.all([1, 2].map(() => baton.start(ask())));
  await expect.poll(async () => (await baton.breaker('shaky').status()).phase).toBe('open');
  const reached = seen.calls;
  await first.stop();
  await workers.start({ agents: [agent], taskQueues: ['shared'] });
  const { tasks } = await (await baton.start(ask({ deadline: '2s' }))).result();
  expect(tasks['ask']).toMatchObject({ status: 'failed', attempts: 0, failure: { type: 'BreakerOpen' } });
  expect(tasks['ask']!.failure!.message).toMatch(
    /^agent "shaky" was not called: its circuit breaker is open: \d of \d calls failed/,
  );
  expect(seen.calls).toBe(reached);
  for (const run of failing) await run.cancel();
});

test('open breaker: a call waits without using up its attempts, and a fallback does not wait', async () => {
  const { seen, agent } = shaky({ openFor: '1s' });
  const spare = functionAgent({ type: 'spare', run: () => 'spare' });
  await workers.start({ agents: [agent, spare], taskQueues: ['waiting'] });
  const baton = workers.baton([agent, spare], 'waiting');
  seen.down = true;
  const waiting = await Promise.all(
    Array.from({ length: 6 }, () => baton.start(ask({ retry: { ...RETRY, attempts: 4 } }))),
  );
  await expect.poll(async () => (await baton.breaker('shaky').status()).phase).toBe('open');
  await baton.breaker('shaky').forceOpen();
  const shown = async () => (await waiting[0]!.snapshot()).tasks['ask'];
  await expect.poll(async () => (await shown())?.failure?.type).toBe('BreakerOpen');
  expect((await shown())?.attempts).toBeLessThanOrEqual(3);
  const items = { forEach: { items: [1, 2, 3] } };
  const many = await baton.start(ask(items));
  await expect
    .poll(async () => (await many.snapshot()).tasks['ask']?.waits)
    .toEqual({
      breaker: 'shaky',
      calls: 3,
      until: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
    });
  waiting.push(many);
  const instead = await (await baton.start(ask({ fallback: { agent: 'spare' } }))).result();
  expect(instead.tasks['ask']).toMatchObject({ status: 'succeeded', output: 'spare', agent: 'spare' });
  seen.down = false;
  await baton.breaker('shaky').reset();
  const results = await Promise.all(waiting.map((run) => run.result()));
  expect(results.map(({ status }) => status)).toEqual(Array(7).fill('completed'));
  const attempts = results.map(({ tasks }) => tasks['ask']!.attempts);
  // Every attempt that counts has reached the agent.
  expect(attempts.reduce((sum, n) => sum + n, 0)).toBe(seen.calls);
});

test('breaker: refusals of the agent do not count as failures', async () => {
  const { agent } = shaky();
  const picky = functionAgent({
    type: 'picky',
    breaker: agent.breaker,
    run: () => {
      throw new AgentError('never', { type: 'AgentRefused' });
    },
  });
  await workers.start({ agents: [picky], taskQueues: ['picky'] });
  const baton = workers.baton([picky], 'picky');
  const plan = {
    name: 'ask',
    onFailure: 'continue',
    tasks: { ask: { agent: 'picky', forEach: { items: [...Array(20).keys()], tolerate: '100%' } } },
  };
  const { tasks } = await (await baton.start(plan)).result();
  expect(tasks['ask']!.items).toMatchObject({ failed: 20 });
  expect(await baton.breaker('picky').status()).toMatchObject({ phase: 'closed', figures: { calls: 0 } });
});

test('breaker: a person forces it open or closed, and it stays so', async () => {
  const { seen, agent } = shaky();
  await workers.start({ agents: [agent], taskQueues: ['person'] });
  const baton = workers.baton([agent], 'person');
  const breaker = baton.breaker('shaky');
  expect(await breaker.status()).toMatchObject({ phase: 'closed', workers: 0 });
  expect(await breaker.forceOpen()).toMatchObject({ phase: 'forced-open', project: 'person' });
  expect((await (await baton.start(ask({ deadline: '1s' }))).result()).tasks['ask']?.failure?.type).toBe('BreakerOpen');
  expect(seen.calls).toBe(0);
  await breaker.forceClosed();
  seen.down = true;
  const plan = { ...ask({ forEach: { items: [...Array(20).keys()], tolerate: '100%' } }), onFailure: 'continue' };
  await (await baton.start(plan)).result();
  expect(seen.calls).toBe(60);
  expect(await breaker.status()).toMatchObject({ phase: 'forced-closed' });
  expect(await baton.breakers()).toContainEqual(expect.objectContaining({ agent: 'shaky', project: 'person' }));
});

test('breakers: one without a worker is listed among the others, with its problem', async () => {
  const { seen, agent } = shaky();
  const gone = await workers.start({ agents: [agent], taskQueues: ['gone'] });
  seen.down = true;
  const before = workers.baton([agent], 'gone');
  await before.start(ask({ forEach: { items: [1, 2, 3, 4], tolerate: '100%' } }));
  await expect.poll(async () => (await before.breaker('shaky').status()).phase).toBe('open');
  await gone.stop();
  const listed = await workers.baton([{ ...agent, type: 'other' }], 'here').breakers();
  expect(listed).toContainEqual(expect.objectContaining({ agent: 'other', project: 'here', phase: 'closed' }));
  expect(listed).toContainEqual({
    agent: 'shaky',
    project: 'gone',
    taskQueue: 'baton-guards/gone',
    problem: expect.stringMatching(/^(no worker polls|the workers of) the Task Queue "baton-guards\/gone"/) as string,
  });
});
