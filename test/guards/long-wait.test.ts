// A call that has waited too long for a lease is turned away, and comes back.
import { Worker } from '@temporalio/worker';
import { expect, inject, onTestFinished, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { createActivities } from '../../src/activities/index.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { gate } from '../support/gate.js';
import { onQueue, openGuards } from '../support/guards.js';
import { useWorkers } from '../support/workers.js';

const workers = useWorkers();
const QUEUE = 'long-wait';

const plan: Plan = { name: 'one', tasks: { call: { agent: 'scarce' } } };

test('pool: a call that waits too long fails with PoolBusy, uses up no attempt, and gets its lease when it comes back', async () => {
  const open = gate();
  let calls = 0;
  const agents = [
    functionAgent({
      type: 'scarce',
      pool: 'single',
      retry: { attempts: 1 },
      run: async () => {
        calls++;
        await open.opened;
      },
    }),
  ];
  const pools = [{ name: 'single', resources: [{ id: 'a', capacity: 1 }] }];
  const { guards } = await openGuards(workers.env, { pools, placeOf: onQueue(QUEUE), longestWaitMs: 200 });
  const worker = await Worker.create({
    connection: workers.env.nativeConnection,
    taskQueue: QUEUE,
    workflowBundle: { codePath: inject('workflowBundle') },
    activities: createActivities({ agents, permit: guards.permit, lease: guards.lease }),
  });
  const working = worker.run();
  onTestFinished(async () => {
    worker.shutdown();
    await working;
  });
  const baton = workers.baton(agents, QUEUE);
  const holding = await baton.start(plan);
  await expect.poll(() => calls).toBe(1);
  const waiting = await baton.start(plan);
  const shown = async () => (await waiting.snapshot()).tasks['call'];
  await expect.poll(shown).toMatchObject({
    status: 'retrying',
    failure: { type: 'PoolBusy', message: 'pool "single" had no free capacity for 0.2s; the call will be retried' },
  });
  const tries = async () => (await waiting.describe()).raw.pendingActivities?.[0]?.attempt ?? 0;
  await expect.poll(tries).toBeGreaterThan(2);
  expect(calls).toBe(1);
  open.open();
  expect((await holding.result()).status).toBe('completed');
  expect(await waiting.result()).toMatchObject({
    status: 'completed',
    usage: { calls: 1 },
    tasks: { call: { attempts: 1 } },
  });
});
