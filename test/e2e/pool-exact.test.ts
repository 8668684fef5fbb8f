// A pool is exact: what stands behind it never sees one call more than it takes, whatever happens to those who call.
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { Baton } from '../../src/client.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { CAPACITY, pooledAgent, poolOf } from '../fixtures/e2e/pooled.js';
import { find, makeDirectory, unconfigure } from '../server/place.js';
import { atNight } from '../support/nightly.js';
import { seeded } from '../support/seeded.js';
import { copyBundle, startWorkerProcess, type WorkerProcess } from './worker-process.js';

beforeEach(unconfigure);

const RUNS = atNight(1_000, 400);
const WORKERS = 4;
/** A worker is killed each time so many more calls have come. */
const CALLS_PER_KILL = RUNS / 5;
const CALL_MS = 5;

const plan: Plan = {
  name: 'one-call',
  tasks: { call: { agent: 'pooled', input: { n: '{% $input.n %}' } } },
  output: '{% $tasks.call.output.n %}',
};

/** Counts its open requests: those of a process that is killed are closed by its end. */
async function countingServer(onCall: (calls: number) => void) {
  const seen = { open: 0, most: 0, calls: 0, paths: new Set<string>() };
  const server = createServer((request, response) => {
    seen.paths.add(request.url ?? '');
    seen.most = Math.max(seen.most, ++seen.open);
    response.once('close', () => seen.open--);
    onCall(++seen.calls);
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.once('end', () => setTimeout(() => response.end(body), CALL_MS));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test(`with ${RUNS} runs, four workers and kills at random, a pool of five never has a sixth call, and every run completes`, async () => {
  const random = seeded(5);
  const workers: WorkerProcess[] = [];
  let kills = 0;
  let killing: Promise<void> = Promise.resolve();
  const killOne = async () => {
    const index = Math.floor(random() * WORKERS);
    await workers[index]!.kill();
    workers[index] = await startWorkerProcess(place);
    kills++;
  };
  const { seen, url } = await countingServer((calls) => {
    if (calls % CALLS_PER_KILL === 0) killing = killing.then(killOne);
  });
  const directory = await makeDirectory();
  const server = await find(directory);
  const taskQueue = 'e2e';
  const place = {
    directory,
    taskQueue,
    codePath: await copyBundle(directory),
    script: 'guarded-worker.ts',
    args: [url],
  };
  const baton = await Baton.connect({ server, agents: [pooledAgent()], pools: [poolOf(url)], taskQueue });
  onTestFinished(() => baton.close());
  for (let n = 0; n < WORKERS; n++) workers.push(await startWorkerProcess(place));

  const outputs: unknown[] = [];
  const one = async (n: number) => {
    const run = await baton.start(plan, { id: `run-${n}`, input: { n } });
    outputs[n] = (await run.result()).output;
  };
  const numbers = Array.from({ length: RUNS }, (_, n) => n);
  // As many at once as their waiting does not make the server too slow to tell.
  await Promise.all(
    Array.from({ length: 100 }, async () => {
      for (let n = numbers.shift(); n !== undefined; n = numbers.shift()) await one(n);
    }),
  );
  await killing;

  expect(outputs).toEqual(Array.from({ length: RUNS }, (_, n) => n));
  expect(seen.most).toBe(CAPACITY);
  expect(seen.paths).toEqual(new Set(['/work?speed=full']));
  expect(kills).toBeGreaterThanOrEqual(Math.floor(RUNS / CALLS_PER_KILL));
  await expect.poll(async () => (await baton.pool('five').status()).resources[0]?.inUse).toBe(0);
}, 480_000);
