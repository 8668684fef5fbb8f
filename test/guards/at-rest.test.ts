// A breaker that no worker uses ends. On the time-skipping server, because that takes minutes.
import { WithStartWorkflowOperation } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import {
  BREAKER_MESSAGES,
  CIRCUIT_BREAKER,
  type BreakerReport,
  type BreakerView,
} from '../../src/domain/breaker/messages.js';
import { silenceTemporal } from '../support/silence.js';

let env: TestWorkflowEnvironment;
let worker: Worker;
let working: Promise<void>;

beforeAll(async () => {
  silenceTemporal();
  env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: inject('testServerBinary') } },
  });
  worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: 'rest',
    workflowBundle: { codePath: inject('workflowBundle') },
  });
  working = worker.run();
});

afterAll(async () => {
  worker.shutdown();
  await working;
  await env.teardown();
});

const terms = { settings: { window: { count: 4 }, minCalls: 2, openFor: '30s' }, since: 0 };

async function report(agent: string, calls: string): Promise<BreakerView> {
  const message: BreakerReport = { worker: 'w', terms, epoch: 0, calls, probes: 0 };
  return await env.client.workflow.executeUpdateWithStart<() => Promise<void>, BreakerView, [BreakerReport]>(
    BREAKER_MESSAGES.report,
    {
      args: [message],
      startWorkflowOperation: new WithStartWorkflowOperation(CIRCUIT_BREAKER, {
        workflowId: agent,
        taskQueue: 'rest',
        args: [{ agent, terms }],
        workflowIdConflictPolicy: 'USE_EXISTING',
      }),
    },
  );
}

const status = async (agent: string) => (await env.client.workflow.getHandle(agent).describe()).status.name;

test('breaker Workflow: closed and unused, it completes; the next report starts a new one', async () => {
  expect(await report('idle', 'SSF')).toMatchObject({ phase: 'closed' });
  await env.sleep('2m');
  expect(await status('idle')).toBe('COMPLETED');
  expect(await report('idle', 'S')).toMatchObject({ phase: 'closed', figures: { calls: 1 } });
});

test('breaker Workflow: an open one is kept for longer, and completes in the end', async () => {
  expect(await report('down', 'FF')).toMatchObject({ phase: 'open', waitMs: 30_000 });
  await env.sleep('5m');
  expect(await status('down')).toBe('RUNNING');
  await env.sleep('15m');
  expect(await status('down')).toBe('COMPLETED');
});

test('breaker Workflow: a decision of a person is kept', async () => {
  await report('forced', 'S');
  await env.client.workflow.getHandle('forced').executeUpdate(BREAKER_MESSAGES.turn, { args: [{ to: 'forced-open' }] });
  await env.sleep('1d');
  expect(await status('forced')).toBe('RUNNING');
  expect(await report('forced', '')).toMatchObject({ phase: 'forced-open' });
});
