// Pools as real Workflows, with workers that share them.
import { temporal as proto } from '@temporalio/proto';
import { expect, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import type { AgentContext, AgentSettings } from '../../src/domain/agent/agent.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { poolWorkflowId } from '../../src/domain/pool/protocol.js';
import type { PoolSettings } from '../../src/domain/pool/settings.js';
import { projectNear } from '../../src/project.js';
import { gate } from '../support/gate.js';
import { usePools } from '../support/pools.js';

const temporal = usePools();

type Work = (input: { n: number }, context: AgentContext) => unknown;

const scarce = (pool: AgentSettings['pool'], run: Work, settings: Partial<AgentSettings> = {}) =>
  functionAgent({ ...settings, type: 'scarce', pool, retry: { initial: '50ms', max: '100ms' }, run });

const fanOut = (items: number): Plan => ({
  name: 'fan-out',
  tasks: {
    all: {
      agent: 'scarce',
      forEach: { items: Array.from({ length: items }, (_, n) => n) },
      input: { n: '{% $item %}' },
    },
  },
  output: '{% $tasks.all.output %}',
});

const poolOf = (name: string, more: Partial<PoolSettings> = {}): PoolSettings[] => [
  { name, resources: [{ id: 'a', capacity: 2, labels: { zone: 'north' } }], ...more },
];

/** Notes how many calls there are at once, and holds each until the gate opens. */
function counting(opened: Promise<unknown> = Promise.resolve()) {
  const seen = { now: 0, most: 0, on: [] as string[] };
  const run: Work = async ({ n }, { resource }) => {
    seen.on.push(resource!.id);
    seen.most = Math.max(seen.most, ++seen.now);
    await opened;
    await new Promise((resolve) => setTimeout(resolve, 5));
    seen.now--;
    return n;
  };
  return { seen, run };
}

const idOf = (pool: string) => poolWorkflowId(projectNear({}), pool);
const isOver = async (pool: string) =>
  (await temporal.client.workflow.getHandle(idOf(pool)).describe()).status.name === 'COMPLETED';

test('two workers share a pool, and its Workflow ends when no worker uses it', async () => {
  const { seen, run } = counting();
  const pools = poolOf('shared', {
    resources: [
      { id: 'a', capacity: 2 },
      { id: 'b', capacity: 1 },
    ],
  });
  await using one = await temporal.work({ agents: [scarce('shared', run)], pools });
  await using other = await temporal.work({ agents: [scarce('shared', run)], pools });
  const results = await Promise.all([one.run(fanOut(40)), other.run(fanOut(40)), one.run(fanOut(40))]);
  expect(results.map(({ status, usage }) => [status, usage.calls])).toEqual(Array(3).fill(['completed', 40]));
  expect(seen.most).toBe(3);
  expect(new Set(seen.on)).toEqual(new Set(['a', 'b']));
  await expect.poll(() => isOver('shared')).toBe(true);
});

test('a fan-out of hundreds takes its leases in a few round trips', async () => {
  const { run } = counting();
  const pools = poolOf('wide', { resources: [{ id: 'a', capacity: 500 }] });
  await using worker = await temporal.work({ agents: [scarce('wide', run)], pools });
  expect((await worker.run(fanOut(300))).status).toBe('completed');
  const { historyLength } = await temporal.client.workflow.getHandle(idOf('wide')).describe();
  // Each turn is five events, and there are a few more at the beginning.
  expect(historyLength).toBeLessThan(100);
});

test('pool status shows leases and waiting calls; a resource is added, drained and removed while in use', async () => {
  const open = gate();
  const { seen, run } = counting(open.opened);
  const pools = poolOf('altered');
  await using worker = await temporal.work({ agents: [scarce('altered', run)], pools });
  const handle = worker.baton.pool('altered');
  expect(await handle.status()).toMatchObject({ isAtWork: false, resources: [{ id: 'a', inUse: 0 }] });
  const running = worker.run(fanOut(6));
  await expect.poll(() => seen.now).toBe(2);
  await expect.poll(async () => (await handle.status()).waiting).toEqual([{ priority: 3, count: 4 }]);
  expect(await handle.add({ id: 'b', capacity: 3 })).toEqual({ id: 'b', became: 'added', inUse: 0 });
  await expect.poll(() => seen.now).toBe(5);
  expect(await handle.remove('a')).toEqual({ id: 'a', became: 'draining', inUse: 2 });
  expect((await handle.status()).resources).toMatchObject([
    { id: 'a', condition: 'draining', inUse: 2 },
    { id: 'b', condition: 'open', inUse: 3, isAdded: true },
  ]);
  open.open();
  expect((await running).status).toBe('completed');
  expect(seen.on.at(-1)).toBe('b');
  await expect.poll(async () => (await handle.status()).resources.map(({ id }) => id)).toEqual(['b']);
  await expect(handle.drain('a')).rejects.toThrow('pool "altered" has no resource "a"; it has "b"');
  // What a person has altered is kept.
  await expect.poll(async () => (await handle.status()).workers).toEqual([]);
  expect(await isOver('altered')).toBe(false);
  expect(await handle.remove('b')).toEqual({ id: 'b', became: 'removed', inUse: 0 });
});

test('a pool that continues as new keeps its leases and its queue', async () => {
  const open = gate();
  const { seen, run } = counting(open.opened);
  await using worker = await temporal.work({ agents: [scarce('long', run)], pools: poolOf('long') });
  const handle = worker.baton.pool('long');
  const running = worker.run(fanOut(5));
  await expect.poll(() => seen.now).toBe(2);
  const workflow = temporal.client.workflow.getHandle(idOf('long'));
  const first = (await workflow.describe()).runId;
  // The server suggests it at 200 events here.
  for (let n = 0; n < 60; n++)
    await handle.add({ id: 'spare', capacity: 1 + (n % 2) }).then(() => handle.remove('spare'));
  await expect.poll(async () => (await workflow.describe()).runId).not.toBe(first);
  const { resources, waiting } = await handle.status();
  expect(resources.find(({ id }) => id === 'a')).toMatchObject({ inUse: 2 });
  expect(waiting.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(0);
  open.open();
  expect((await running).status).toBe('completed');
  await workflow.terminate();
});

test('a call that is cancelled while it waits for a lease leaves the queue without being made', async () => {
  const open = gate();
  const { seen, run } = counting(open.opened);
  await using worker = await temporal.work({
    agents: [scarce('left', run, { heartbeat: '3s' })],
    pools: poolOf('left'),
  });
  const run1 = worker.run(fanOut(2));
  await expect.poll(() => seen.now).toBe(2);
  const second = await worker.baton.start(fanOut(1));
  const handle = worker.baton.pool('left');
  await expect.poll(async () => (await handle.status()).waiting).toEqual([{ priority: 3, count: 1 }]);
  await second.cancel();
  expect(await second.result()).toMatchObject({ status: 'cancelled', usage: { calls: 0 } });
  await expect.poll(async () => (await handle.status()).waiting).toEqual([]);
  open.open();
  await run1;
  expect(seen.on).toHaveLength(2);
});

test('at most half of the calls of a worker wait for leases; the others return later without using up an attempt', async () => {
  const { seen, run } = counting();
  const agents = [scarce('small', run)];
  await using worker = await temporal.work({
    agents,
    pools: poolOf('small', { resources: [{ id: 'a', capacity: 1 }] }),
    concurrency: 4,
  });
  const result = await worker.run(fanOut(12));
  expect(result).toMatchObject({ status: 'completed', usage: { calls: 12 } });
  expect(seen.most).toBe(1);
});

test('an overloaded resource gets no calls until its Retry-After, and then half as many', async () => {
  let refusals = 0;
  const { run } = counting();
  const overloaded: Work = (input, context) => {
    if (refusals++ < 1) throw new AgentError('slow down', { type: 'Overloaded', retryAfterMs: 2_000 });
    return run(input, context);
  };
  const pools = poolOf('slow', { resources: [{ id: 'a', capacity: 4 }] });
  await using worker = await temporal.work({ agents: [scarce('slow', overloaded)], pools });
  const handle = worker.baton.pool('slow');
  const running = worker.run(fanOut(1));
  await expect.poll(async () => (await handle.status()).resources[0]).toMatchObject({ condition: 'paused', limit: 2 });
  expect(await running).toMatchObject({ status: 'completed', usage: { calls: 2 } });
});

test('tokens of a pool are taken with the lease, and corrected with the reported usage', async () => {
  const run: Work = (_, context) => {
    context.usage({ tokens: 300 });
    return null;
  };
  const agents = [scarce('metered', run, { estimate: { tokens: 100 } })];
  const pools = poolOf('metered', { rateLimit: { limit: 1_000, per: '1h', unit: 'tokens' } });
  await using worker = await temporal.work({ agents, pools });
  await worker.run(fanOut(2));
  const { tokens } = await worker.baton.pool('metered').status();
  expect(tokens?.limit).toBe(1_000);
  await expect.poll(async () => (await worker.baton.pool('metered').status()).tokens?.level).toBe(400);
});

test('an unhealthy resource gets no calls until it is healthy again', async () => {
  let isWell = false;
  const health = { run: () => (isWell ? undefined : Promise.reject(new Error('no answer'))), every: '200ms' };
  const open = gate();
  const { seen, run } = counting(open.opened);
  const pools = poolOf('ill', {
    resources: [
      { id: 'a', capacity: 1, health },
      { id: 'b', capacity: 1 },
    ],
  });
  await using worker = await temporal.work({ agents: [scarce('ill', run)], pools });
  const handle = worker.baton.pool('ill');
  const running = worker.run(fanOut(4));
  await expect
    .poll(async () => (await handle.status()).resources[0])
    .toMatchObject({ condition: 'ill', ill: 'no answer' });
  isWell = true;
  await expect.poll(async () => (await handle.status()).resources[0]?.condition).toBe('open');
  await expect.poll(() => seen.now).toBe(2);
  open.open();
  await running;
  expect(new Set(seen.on)).toEqual(new Set(['a', 'b']));
});

test('a sticky pool sends a key to the same resource again', async () => {
  const byKey = new Map<string, Set<string>>();
  const run: Work = ({ n }, { resource }) => {
    const key = `c${n % 4}`;
    byKey.set(key, (byKey.get(key) ?? new Set()).add(resource!.id));
    return null;
  };
  const resources = ['a', 'b', 'c'].map((id) => ({ id, capacity: 100 }));
  const agents = [scarce({ name: 'keyed', key: "{% 'c' & ($input.n % 4) %}" }, run)];
  await using worker = await temporal.work({ agents, pools: poolOf('keyed', { resources, strategy: 'sticky' }) });
  // One after the other: a quarter above its share is the most that a resource takes.
  const plan: Plan = {
    ...fanOut(0),
    tasks: {
      all: { ...fanOut(16).tasks['all']!, forEach: { items: Array.from({ length: 16 }, (_, n) => n), concurrency: 1 } },
    },
  };
  await worker.run(plan);
  expect([...byKey.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1]);
});

test('the settings of the worker that started last apply to a pool, and the other worker is warned', async () => {
  const open = gate();
  const { seen, run } = counting(open.opened);
  const agents = [scarce('differing', run)];
  const place = { taskQueue: 'old' };
  await using old = await temporal.work({ agents, pools: poolOf('differing', place), ...place });
  const running = old.run(fanOut(6));
  await expect.poll(() => seen.now).toBe(2);
  const more = poolOf('differing', { ...place, resources: [{ id: 'a', capacity: 4 }] });
  await using newer = await temporal.work({ agents, pools: more, taskQueue: 'newer' });
  const other = newer.run(fanOut(6));
  await expect.poll(() => seen.now).toBe(4);
  await expect.poll(() => old.warnings.join()).toContain('a worker with other settings started later');
  expect((await old.baton.pool('differing').status()).workers.filter(({ isOverruled }) => isOverruled)).toHaveLength(1);
  open.open();
  await Promise.all([running, other]);
  expect(seen.most).toBe(4);
});

test('an agent gets the resource that its call holds', async () => {
  const run: Work = (_, { resource }) => resource;
  const resources = [{ id: 'a', capacity: 1, endpoint: 'http://127.0.0.1:9/v1', labels: { zone: 'north' } }];
  await using worker = await temporal.work({ agents: [scarce('told', run)], pools: poolOf('told', { resources }) });
  const { output } = await worker.run(fanOut(1));
  expect(output).toEqual([{ id: 'a', endpoint: 'http://127.0.0.1:9/v1', labels: { zone: 'north' } }]);
});

test('the Web UI shows the current state of a pool', async () => {
  const opened = gate();
  const { seen, run } = counting(opened.opened);
  const pools = poolOf('seen');
  await using worker = await temporal.work({ agents: [scarce('seen', run)], pools });
  const done = worker.run(fanOut(5));
  await expect.poll(() => seen.now).toBe(2);
  type Metadata = proto.api.sdk.v1.IWorkflowMetadata;
  const pool = temporal.client.workflow.getHandle(idOf('seen'));
  const details = async () => (await pool.query<Metadata>('__temporal_workflow_metadata')).currentDetails;
  await expect.poll(details).toMatch(/1 worker\n\nwaiting: 3 of priority 3\n\n- \*\*a\*\* `█{10}` 2 of 2 · open/);
  opened.open();
  expect((await done).status).toBe('completed');
});
