import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { Baton } from '../../src/client.js';
import { noteTakingAgents } from '../fixtures/e2e/agents.js';
import { fortyTasks } from '../fixtures/e2e/forty-tasks.js';
import { find, makeDirectory, unconfigure } from '../server/place.js';
import { atNight } from '../support/nightly.js';
import { expectNothingLost, expectOneKeyEach, readCalls, untilStarted } from './call-log.js';
import { copyBundle, startWorkerProcess } from './worker-process.js';

beforeEach(unconfigure);

/** How many of the forty tasks have started when the worker is killed. */
const MOMENTS = atNight([1, 8, 16, 25, 35], [1, 16, 35]);

test(`a worker that is killed at ${MOMENTS.length} moments of a run loses no output and calls each task under one key`, async () => {
  const directory = await makeDirectory();
  const server = await find(directory);
  const baton = await Baton.connect({ server, agents: noteTakingAgents(directory), taskQueue: 'e2e' });
  onTestFinished(() => baton.close());
  const run = await baton.start(fortyTasks, { id: 'forty' });
  const place = { directory, taskQueue: 'e2e', codePath: await copyBundle(directory) };
  let worker = await startWorkerProcess(place);
  for (const moment of MOMENTS) {
    await untilStarted(directory, moment);
    await worker.kill();
    worker = await startWorkerProcess(place);
  }
  expectNothingLost(await run.result());
  const calls = await readCalls(directory);
  expectOneKeyEach(calls);
  // Each kill has hit at least one call, which was made again.
  expect(calls.filter(({ attempt }) => attempt > 1).length).toBeGreaterThanOrEqual(MOMENTS.length);
}, 300_000);
