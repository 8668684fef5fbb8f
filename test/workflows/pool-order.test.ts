// Who gets what a pool has, when many wait for it.
import { expect, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import type { Plan, Task } from '../../src/domain/plan/plan.js';
import { gate } from '../support/gate.js';
import { usePools } from '../support/pools.js';

const temporal = usePools();

test('the call with the highest priority gets the next lease, whatever its run and worker, and however long others have waited', async () => {
  const open = gate();
  const served: string[] = [];
  const agent = functionAgent({
    type: 'one-at-a-time',
    pool: 'single',
    run: async (name) => {
      served.push(String(name));
      await open.opened;
    },
  });
  const pools = [{ name: 'single', taskQueue: 'here', resources: [{ id: 'a', capacity: 1 }] }];
  const agents = [agent];
  await using here = await temporal.work({ agents, pools, taskQueue: 'here' });
  await using there = await temporal.work({ agents, pools, taskQueue: 'there' });
  const pool = here.baton.pool('single');
  const workflow = temporal.client.workflow.getHandle('baton-pool/here/single');
  const calls = (name: string, more: Partial<Task> = {}): Plan['tasks'] => ({
    all: { agent: 'one-at-a-time', input: name, forEach: { items: [1, 2] }, ...more },
  });

  const holding = here.run({ name: 'first', tasks: { call: { agent: 'one-at-a-time', input: 'first' } } });
  await expect.poll(() => served).toEqual(['first']);
  const waiting = [
    here.run({ name: 'idle', defaults: { priority: 5 }, tasks: calls('idle') }),
    there.run({ name: 'usual', tasks: calls('usual') }),
    here.run({ name: 'urgent', tasks: calls('urgent', { priority: 1 }) }),
    // What a task says comes before what its plan says.
    there.run({ name: 'urgent', defaults: { priority: 5 }, tasks: calls('urgent', { priority: 1 }) }),
  ];
  await expect
    .poll(async () => (await pool.status()).waiting)
    .toEqual([
      { priority: 1, count: 4 },
      { priority: 3, count: 2 },
      { priority: 5, count: 2 },
    ]);
  // Each worker has heard that the other waits.
  await expect.poll(async () => (await workflow.describe()).raw.pendingActivities).toEqual([]);
  open.open();
  await Promise.all([holding, ...waiting]);
  expect(served).toEqual(['first', ...Array<string>(4).fill('urgent'), 'usual', 'usual', 'idle', 'idle']);
});

test('the status of a run shows what its calls are waiting for', async () => {
  const open = gate();
  let calls = 0;
  const agent = functionAgent({
    type: 'held',
    pool: 'shown',
    run: async () => {
      calls++;
      await open.opened;
    },
  });
  const pools = [{ name: 'shown', resources: [{ id: 'a', capacity: 1 }] }];
  await using worker = await temporal.work({ agents: [agent], pools });
  const holding = await worker.baton.start({ name: 'first', tasks: { call: { agent: 'held' } } });
  await expect.poll(() => calls).toBe(1);
  const waiting = await worker.baton.start({
    name: 'second',
    tasks: { one: { agent: 'held' }, many: { agent: 'held', forEach: { items: [1, 2, 3] } } },
  });
  const waits = async () =>
    Object.entries((await waiting.snapshot()).tasks).map(([task, { status, waits }]) => [task, status, waits?.calls]);
  await expect.poll(waits).toEqual([
    ['one', 'running', 1],
    ['many', 'running', 3],
  ]);
  expect((await waiting.snapshot()).tasks['one']?.waits).toEqual({ pool: 'shown', calls: 1 });
  expect((await holding.snapshot()).tasks['call']).not.toHaveProperty('waits');
  open.open();
  const { tasks } = await waiting.result();
  expect(tasks['one']).not.toHaveProperty('waits');
  await holding.result();
});
