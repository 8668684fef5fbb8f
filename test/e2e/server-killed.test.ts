import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { Baton } from '../../src/client.js';
import { commandOf } from '../../src/system/process-identity.js';
import { noteTakingAgents } from '../fixtures/e2e/agents.js';
import { fortyTasks } from '../fixtures/e2e/forty-tasks.js';
import { find, makeDirectory, readRecordOf, unconfigure } from '../server/place.js';
import { expectNothingLost, expectOneKeyEach, readCalls, untilStarted } from './call-log.js';
import { copyBundle, startWorkerProcess } from './worker-process.js';

beforeEach(unconfigure);

/** How many of the forty tasks have started when the server is killed. */
const MOMENTS = [10, 26];

async function killServer(directory: string): Promise<void> {
  const { pid } = await readRecordOf(directory);
  process.kill(pid, 'SIGKILL');
  await vi.waitUntil(async () => (await commandOf(pid)) === undefined, { timeout: 10_000 });
}

test('a server that is killed twice in a run comes back on its file, for the worker and the client that were connected', async () => {
  const directory = await makeDirectory();
  const server = await find(directory);
  const baton = await Baton.connect({ server, agents: noteTakingAgents(directory), taskQueue: 'e2e' });
  onTestFinished(() => baton.close());
  const first = (await readRecordOf(directory)).pid;
  const result = (await baton.start(fortyTasks, { id: 'forty' })).result();
  await startWorkerProcess({ directory, taskQueue: 'e2e', codePath: await copyBundle(directory) });
  for (const moment of MOMENTS) {
    await untilStarted(directory, moment);
    await killServer(directory);
  }
  expectNothingLost(await result);
  expect((await readRecordOf(directory)).pid).not.toBe(first);
  expectOneKeyEach(await readCalls(directory));
}, 240_000);
