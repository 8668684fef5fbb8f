// An HTTP service behind a pool that says it is overloaded, seen by the service itself and by `baton pool status`.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { httpAgent } from '../../src/activities/agents/http/http-agent.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import type { PoolStatus } from '../../src/domain/pool/coordinator/status.js';
import { useCliDirectory } from '../support/baton.js';
import { startFixtureHttp } from '../support/fixture-http.js';
import { usePools } from '../support/pools.js';

const temporal = usePools();
const place = useCliDirectory();

/** Longer than it takes a busy machine to get from one line of the test to the next. */
const RETRY_AFTER_S = 10;

const plan: Plan = {
  name: 'eight',
  tasks: { all: { agent: 'service', forEach: { items: [1, 2, 3, 4, 5, 6, 7, 8] } } },
};

/** It keeps its answers until it is told to give them. */
async function startService() {
  const seen = { open: [] as ServerResponse[], early: 0, isResting: false };
  const { url, close } = await startFixtureHttp((_, response) => {
    if (seen.isResting) seen.early++;
    seen.open.push(response);
  });
  onTestFinished(close);
  return {
    seen,
    url,
    answer: (count: number) => seen.open.splice(0, count).forEach((response) => response.end('1')),
    refuse: async () => {
      const response = seen.open.shift()!;
      response.writeHead(429, { 'retry-after': String(RETRY_AFTER_S) }).end();
      await once(response, 'finish');
      seen.isResting = true;
      setTimeout(() => (seen.isResting = false), RETRY_AFTER_S * 1000);
    },
  };
}

test('a 429 stops the calls of all workers until its Retry-After and halves the limit; successes restore it', async () => {
  const { seen, url, answer, refuse } = await startService();
  const agents = [httpAgent({ type: 'service', url: 'http://127.0.0.1:9/', pool: 'service', heartbeat: '3s' })];
  const pools = [{ name: 'service', taskQueue: 'baton', resources: [{ id: 'a', endpoint: url, capacity: 4 }] }];
  await using one = await temporal.work({ agents, pools });
  await using other = await temporal.work({ agents, pools, taskQueue: 'other' });
  const workflow = temporal.client.workflow.getHandle('baton-pool/baton/service');
  const resource = async () => {
    const args = ['pool', 'status', 'service', '--address', temporal.address, '--task-queue', 'baton'];
    return ((await place.json(...args)) as { pools: PoolStatus[] }).pools[0]?.resources[0];
  };
  const running = [one.run(plan), other.run(plan)];
  await expect.poll(() => seen.open.length).toBe(4);
  expect(await resource()).toMatchObject({ condition: 'open', limit: 4, inUse: 4 });

  await refuse();
  const pool = one.baton.pool('service');
  await expect.poll(async () => (await pool.status()).resources[0]).toMatchObject({ condition: 'paused', limit: 2 });
  // Both workers have heard of it; what they hold comes free for nobody.
  await expect.poll(async () => (await workflow.describe()).raw.pendingActivities).toEqual([]);
  answer(3);
  await expect.poll(() => seen.open.length).toBe(2);
  expect(seen.early).toBe(0);
  expect(await resource()).toMatchObject({ condition: 'open', limit: 2, inUse: 2 });

  // Two successes make three of it, and three more four.
  answer(2);
  await expect.poll(() => seen.open.length).toBe(3);
  answer(3);
  await expect.poll(() => seen.open.length).toBe(4);
  expect(await resource()).toMatchObject({ condition: 'open', limit: 4, inUse: 4 });
  let isOver = false;
  const ended = Promise.all(running).finally(() => (isOver = true));
  await expect
    .poll(() => {
      answer(4);
      return isOver;
    })
    .toBe(true);
  const results = await ended;
  expect(results.map(({ status }) => status)).toEqual(['completed', 'completed']);
  expect(results.reduce((sum, { usage }) => sum + usage.calls, 0)).toBe(17);
});
