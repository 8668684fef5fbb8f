// What only a real server can show: which of a failure survives the way to the Workflow, and what a next attempt finds.
import {
  DefaultLogger,
  Runtime,
  Worker,
  bundleWorkflowCode,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { createActivities } from '../../src/activities/index.js';
import type { Agent } from '../../src/domain/agent/agent.js';
import type { CallRequest } from '../../src/domain/call/request.js';
import { findTemporalBinary } from '../../src/server/index.js';
import { aRequest } from './call.js';
import type { callOnce } from './call-once.workflow.js';

let temporal: TestWorkflowEnvironment;
let workflowBundle: WorkflowBundleWithSourceMap;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const path = await findTemporalBinary();
  temporal = await TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'existing-path', path } } });
  const workflowsPath = fileURLToPath(new URL('./call-once.workflow.ts', import.meta.url));
  workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
}, 120_000);
afterAll(() => temporal?.teardown());

const agent = (run: Agent['run']): Agent => ({ type: 'x', kind: 'test', run });

const aWorker = (taskQueue: string, one: Agent) =>
  Worker.create({
    connection: temporal.nativeConnection,
    taskQueue,
    workflowBundle,
    activities: createActivities({ agents: [one], random: () => 0 }),
    shutdownGraceTime: '10ms',
  });

const start = (taskQueue: string, more: Partial<CallRequest> = {}) =>
  temporal.client.workflow.start<typeof callOnce>('callOnce', {
    taskQueue,
    workflowId: taskQueue,
    args: [aRequest(more)],
  });

function signalled() {
  let give = () => {};
  const given = new Promise<void>((resolve) => (give = resolve));
  return { give, given };
}

test('the Workflow sees that a call which was cancelled had begun', async () => {
  const begun = signalled();
  const waits = agent(async (_, { signal, usage }) => {
    usage({ tokens: 3 });
    begun.give();
    await once(signal, 'abort');
  });
  const worker = await aWorker('cancelled', waits);
  const saw = await worker.runUntil(async () => {
    const run = await start('cancelled');
    await begun.given;
    await run.cancel();
    return run.result();
  });
  expect(saw).toMatchObject({
    cause: 'CancelledFailure',
    details: [{ attempts: 1, began: true, usage: { calls: 1, tokens: 3, usd: 0 } }],
  });
});

test('the Workflow sees type and detail of the last failure, and how many attempts there were', async () => {
  const fails = agent(() => Promise.reject(new AgentError('busy', { type: 'Overloaded', details: { queue: 9 } })));
  const worker = await aWorker('failed', fails);
  const retry = { attempts: 3, initialMs: 60_000, factor: 1, maxMs: 60_000 };
  const saw = await worker.runUntil(async () => (await start('failed', { retry })).result());
  expect(saw).toMatchObject({
    cause: 'ApplicationFailure',
    type: 'Overloaded',
    details: [{ attempts: 3, began: true, details: { queue: 9 } }],
  });
});

test('the next attempt finds the progress of the one that failed', async () => {
  const pages = agent(async (_, { attempt, progress, lastProgress }) => {
    if (attempt > 1) return lastProgress ?? 'lost';
    progress({ page: 7 });
    throw new Error('try again');
  });
  const worker = await aWorker('progress', pages);
  const saw = await worker.runUntil(async () => (await start('progress')).result());
  expect(saw.reply).toMatchObject({ output: { page: 7 }, attempts: 2 });
});

test('a worker that shuts down hands its call to another one', async () => {
  const begun = signalled();
  const first = await aWorker(
    'handed',
    agent(async (_, { signal }) => (begun.give(), once(signal, 'abort'))),
  );
  const running = first.run();
  const run = await start('handed');
  await begun.given;
  first.shutdown();
  await running;
  const second = await aWorker(
    'handed',
    agent(async (_, { attempt, idempotencyKey }) => ({ attempt, idempotencyKey })),
  );
  const saw = await second.runUntil(run.result());
  // The attempt that was handed over does not count.
  expect(saw.reply).toMatchObject({ output: { attempt: 1, idempotencyKey: 'run-1/a' }, attempts: 1 });
});

test('a call that is cancelled between two attempts has a detail that is none of ours', async () => {
  const failed = signalled();
  const worker = await aWorker(
    'between',
    agent(
      () => (failed.give(), Promise.reject(new AgentError('later', { type: 'Overloaded', retryAfterMs: 3_600_000 }))),
    ),
  );
  const saw = await worker.runUntil(async () => {
    const run = await start('between');
    await failed.given;
    const waiting = async () => (await run.describe()).raw.pendingActivities?.[0]?.lastFailure?.message;
    await expect.poll(waiting, { timeout: 10_000 }).toBe('later');
    await run.cancel();
    return run.result();
  });
  expect(saw).toEqual({ cause: 'CancelledFailure', details: ['ACTIVITY_ID_NOT_STARTED'] });
});
