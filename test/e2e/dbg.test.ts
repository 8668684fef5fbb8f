import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { Baton } from '../../src/client.js';
import { noteTakingAgents } from '../fixtures/e2e/agents.js';
import { fortyTasks } from '../fixtures/e2e/forty-tasks.js';
import { find, makeDirectory, unconfigure } from '../server/place.js';
import { expectNothingLost, expectOneKeyEach, readCalls, untilStarted } from './call-log.js';
import { startWorkerProcess } from './worker-process.js';

beforeEach(unconfigure);

/** How many of the forty tasks have started when the worker is killed. */
const MOMENTS = [1, 8, 16, 25, 35];

test('a worker that is killed at five moments of a run loses no output and calls each task under one key', async () => {
  const directory = await makeDirectory();
  const server = await find(directory);
  const baton = await Baton.connect({ server, agents: noteTakingAgents(directory), taskQueue: 'e2e' });
  onTestFinished(() => baton.close());
  const run = await baton.start(fortyTasks, { id: 'forty' });
  let worker = await startWorkerProcess(directory, 'e2e');
  for (const moment of MOMENTS) {
    console.error('moment', moment, new Date().toISOString(), (await readCalls(directory)).length);
    await untilStarted(directory, moment).catch(async (e: unknown) => {
      const calls = await readCalls(directory);
      console.error(JSON.stringify(calls.map((c) => `${c.unit}#${c.attempt}`)));
      const d = await run.describe();
      console.error(JSON.stringify({ p: d.raw.pendingActivities, w: d.raw.pendingWorkflowTask, h: d.historyLength }, null, 1));
      const h = await baton.client.workflow.getHandle('forty').fetchHistory();
      console.error(h.events!.slice(-25).map((e) => [e.eventId?.toString(), e.eventType, new Date(Number(e.eventTime?.seconds)*1000+Number(e.eventTime?.nanos)/1e6).toISOString(), JSON.stringify(e.workflowTaskTimedOutEventAttributes ?? e.workflowTaskScheduledEventAttributes ?? e.workflowTaskStartedEventAttributes ?? e.activityTaskStartedEventAttributes ?? e.activityTaskScheduledEventAttributes?.activityId ?? '').slice(0,300)].join(' ')).join('\n'));
      console.error(worker.err());
      throw e;
    });
    console.error('  reached', new Date().toISOString());
    await worker.kill();
    worker = await startWorkerProcess(directory, 'e2e');
  }
  expectNothingLost(await run.result());
  const calls = await readCalls(directory);
  expectOneKeyEach(calls);
  // Each kill has hit at least one call, which was made again.
  expect(calls.filter(({ attempt }) => attempt > 1).length).toBeGreaterThanOrEqual(MOMENTS.length);
}, 180_000);
