// A worker of `createWorker` that is told to end, by the shutdown signals that the SDK listens to.
import { readFile } from 'node:fs/promises';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { Baton } from '../../src/client.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { callsIn, drainingAgents, shortPool } from '../fixtures/e2e/draining.js';
import { find, makeDirectory, unconfigure } from '../server/place.js';
import { copyBundle, startWorkerProcess } from './worker-process.js';

beforeEach(unconfigure);

const TASK_QUEUE = 'e2e';

const planOf = (items: number): Plan => ({
  name: 'load',
  tasks: Object.fromEntries(
    ['broken-sometimes', 'pooled', 'scarce'].map((agent) => [
      agent.replace('-', '_'),
      { agent, forEach: { items: Array.from({ length: items }, (_, n) => n), concurrency: 30 } },
    ]),
  ),
});

async function makeLoad(callMs: number) {
  const directory = await makeDirectory();
  const server = await find(directory);
  const place = {
    directory,
    taskQueue: TASK_QUEUE,
    codePath: await copyBundle(directory),
    script: 'draining-worker.ts',
    args: [String(callMs)],
  };
  const agents = drainingAgents(directory, callMs);
  const baton = await Baton.connect({ server, agents, pools: [shortPool], taskQueue: TASK_QUEUE });
  onTestFinished(() => baton.close());
  const calls = async () => (await readFile(callsIn(directory), 'utf8').catch(() => '')).split('\n').filter(Boolean);
  return { baton, calls, startWorker: () => startWorkerProcess(place) };
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'drain: on %s under load a worker with a breaker, a pool and a capacity exits with 0, and no call is lost',
  async (signal) => {
    const { baton, calls, startWorker } = await makeLoad(100);
    const leaving = await startWorker();
    await startWorker();
    const run = await baton.start(planOf(100));
    await expect.poll(async () => (await calls()).length).toBeGreaterThan(60);
    expect(await leaving.end(signal)).toEqual({ exitCode: 0, stderr: '' });
    const { status, tasks } = await run.result();
    expect(status).toBe('completed');
    expect(Object.values(tasks).map(({ items }) => items)).toEqual(
      Array(3).fill({ total: 100, succeeded: 100, failed: 0 }),
    );
    // Every call was made once, by its first attempt.
    const made = await calls();
    expect(made.filter((line) => !line.endsWith(' 1'))).toEqual([]);
    expect(new Set(made).size).toBe(300);
    expect(made).toHaveLength(300);
  },
);

test('drain: the only worker ends its calls in flight, whose leases it still renews, and the run goes on with the next', async () => {
  const { baton, calls, startWorker } = await makeLoad(4_000);
  const only = await startWorker();
  const run = await baton.start(planOf(8));
  const inUse = async () => (await baton.pool('short').status()).resources[0]?.inUse;
  await expect.poll(inUse).toBe(8);
  expect(await only.end('SIGTERM')).toEqual({ exitCode: 0, stderr: '' });
  expect((await calls()).filter((line) => line.includes('/pooled/'))).toHaveLength(8);
  await startWorker();
  expect((await run.result()).status).toBe('completed');
  const made = await calls();
  expect(made.filter((line) => !line.endsWith(' 1'))).toEqual([]);
  expect(new Set(made).size).toBe(24);
});
