// What large values survive: a worker that is killed between storing an output and reporting it, a server that is killed, and a
// storage that is away.
import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { Baton } from '../../src/client.js';
import { largeAgents, largeLog, largeText } from '../fixtures/e2e/large.js';
import { find, makeDirectory, readRecordOf, unconfigure } from '../server/place.js';
import { copyBundle, startWorkerProcess } from './worker-process.js';

beforeEach(unconfigure);

const IDS = ['a', 'b', 'c', 'd'];

/** A large output, four more of them, and one call that reads these. */
const plan = {
  name: 'large',
  tasks: {
    first: { agent: 'large', input: { id: 'first' } },
    ...Object.fromEntries(IDS.map((id) => [id, { agent: 'large', input: { id }, needs: ['first'] }])),
    all: { agent: 'large', input: { id: 'all', after: IDS.map((id) => `{% $tasks.${id}.output %}`) } },
  },
};

async function setUp() {
  const directory = await makeDirectory();
  const server = await find(directory);
  const baton = await Baton.connect({ server, agents: largeAgents(directory), taskQueue: 'large' });
  onTestFinished(() => baton.close());
  const place = { directory, taskQueue: 'large', codePath: await copyBundle(directory) };
  return { directory, baton, place, values: join(directory, '.baton', 'values') };
}

const storedIn = async (directory: string): Promise<string[]> =>
  (await readdir(directory, { recursive: true }).catch(() => [])).filter((name) => /[0-9a-f]{64}$/.test(name));

async function callsIn(directory: string): Promise<string[]> {
  const text = await readFile(largeLog(directory), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

async function expectAllOutputs(result: ReturnType<Awaited<ReturnType<Baton['start']>>['result']>): Promise<void> {
  const { status, tasks } = await result;
  expect(status).toBe('completed');
  for (const id of ['first', ...IDS, 'all']) expect(tasks[id]!.output === largeText(id), id).toBe(true);
}

test('a worker that is killed after its outputs are stored and before they are reported loses nothing', async () => {
  const { directory, baton, place, values } = await setUp();
  const run = await baton.start(plan, { id: 'killed' });
  const worker = await startWorkerProcess(place);
  await vi.waitUntil(async () => (await callsIn(directory)).length > 1, { timeout: 60_000, interval: 1 });
  const { pid } = await readRecordOf(directory);
  // The server answers nothing from here on, so no call that ends is reported.
  process.kill(pid, 'SIGSTOP');
  try {
    await vi.waitUntil(async () => (await storedIn(values)).length > 1, { timeout: 30_000, interval: 5 });
    await worker.kill();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await startWorkerProcess(place);
  await expectAllOutputs(run.result());
  const calls = await callsIn(directory);
  expect(calls.filter((line) => line.endsWith('torn'))).toEqual([]);
  // Each call that was made twice had the same idempotency key, and its output was stored once.
  expect(new Set(calls.map((line) => line.split(' ')[1])).size).toBe(IDS.length + 2);
  expect(calls.length).toBeGreaterThan(IDS.length + 2);
}, 240_000);

test('while the storage is away for 20 seconds, during which the server is killed, calls wait and nothing is lost', async () => {
  const { directory, baton, place, values } = await setUp();
  const run = await baton.start(plan, { id: 'away' });
  await startWorkerProcess(place);
  await vi.waitUntil(async () => (await storedIn(values)).length > 0, { timeout: 60_000, interval: 1 });
  await rename(values, `${values}-away`);
  await vi.waitUntil(async () => (await callsIn(directory)).length > IDS.length, { timeout: 60_000, interval: 20 });
  const { pid } = await readRecordOf(directory);
  process.kill(pid, 'SIGKILL');
  await pause(20_000);
  expect((await run.snapshot({ outputs: false })).status).toBe('running');
  // The run refers to its outputs, which the client reads itself.
  await expect(run.snapshot()).rejects.toThrow(/^the stored value [0-9a-f]{64} .* cannot be read: .*values/);
  await rename(`${values}-away`, values);
  await expectAllOutputs(run.result());
  expect((await callsIn(directory)).filter((line) => line.endsWith('torn'))).toEqual([]);
  expect((await readRecordOf(directory)).pid).not.toBe(pid);
}, 240_000);
