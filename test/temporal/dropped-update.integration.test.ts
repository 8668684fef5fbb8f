// A worker that completes a Workflow Task without the update that came with it: the server rejects the update then.
import { randomUUID } from 'node:crypto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { BREAKER_MESSAGES, breakerId, CIRCUIT_BREAKER, type BreakerView } from '../../src/domain/breaker/messages.js';
import { sendUpdate } from '../../src/temporal/send-update.js';
import { executeUpdateWithStart } from '../../src/temporal/update-with-start.js';
import { silenceTemporal } from '../support/silence.js';

const WITHIN_MS = 60_000;

let env: TestWorkflowEnvironment;

beforeAll(async () => {
  silenceTemporal();
  env = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: inject('temporalBinary') },
      log: { format: 'pretty', level: 'never' },
    },
  });
});

afterAll(() => env.teardown());

/**
 * Completes Workflow Tasks of a Task Queue with no command and no answer, up to the one that brings an update.
 * The first Workflow Task may come before the update has reached the server.
 */
async function ignoreUpdate(taskQueue: string): Promise<void> {
  const { workflowService } = env.client;
  const from = { namespace: 'default', identity: 'a worker without updates' };
  await env.client.withDeadline(Date.now() + WITHIN_MS, async () => {
    for (let updates = 0; updates === 0;) {
      const polled = await workflowService.pollWorkflowTaskQueue({ ...from, taskQueue: { name: taskQueue } });
      updates = polled.messages.length;
      await workflowService.respondWorkflowTaskCompleted({ ...from, taskToken: polled.taskToken });
    }
  });
}

const breakerWorker = (taskQueue: string) =>
  Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    workflowBundle: { codePath: inject('workflowBundle') },
  });

const terms = { settings: {}, since: 0 };

test('executeUpdateWithStart: an update that a worker has ignored is sent again', async () => {
  const taskQueue = randomUUID();
  const entity = {
    workflowType: CIRCUIT_BREAKER,
    workflowId: breakerId(taskQueue, 'a'),
    taskQueue,
    input: { agent: 'a', terms },
    summary: 'a',
  };
  const message = { worker: 'w', terms, epoch: 0, calls: 'S', probes: 0 };
  const reported = executeUpdateWithStart(env.client, entity, {
    update: BREAKER_MESSAGES.report,
    message,
    withinMs: WITHIN_MS,
  });
  await ignoreUpdate(taskQueue);
  const worker = await breakerWorker(taskQueue);
  expect(await worker.runUntil(reported)).toMatchObject({ phase: 'closed', figures: { calls: 1 } });
});

test('sendUpdate: an update that a worker has ignored is sent again', async () => {
  const taskQueue = randomUUID();
  const workflow = await env.client.workflow.start(CIRCUIT_BREAKER, {
    workflowId: breakerId(taskQueue, 'a'),
    taskQueue,
    args: [{ agent: 'a', terms }],
  });
  const message = { to: 'forced-open' };
  const forced = sendUpdate(workflow, { name: BREAKER_MESSAGES.turn, message, until: Date.now() + WITHIN_MS });
  await ignoreUpdate(taskQueue);
  const worker = await breakerWorker(taskQueue);
  await worker.runUntil(async () => {
    await forced;
    expect(await workflow.query<BreakerView>(BREAKER_MESSAGES.view)).toMatchObject({ phase: 'forced-open' });
  });
});
