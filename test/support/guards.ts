// The guards of one worker, with its inbox. The test makes the calls.
import type { Context } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { onTestFinished } from 'vitest';
import type { GuardedCall } from '../../src/activities/call-agent/guarded-call.js';
import type { Agent } from '../../src/domain/agent/agent.js';
import { createWorkerInbox } from '../../src/guards/worker-inbox.js';
import { createGuards, type Guards, type GuardsDeps } from '../../src/guards/index.js';

export interface OpenedGuards {
  readonly guards: Guards;
  readonly warnings: string[];
}

/** Closed when the test is over. */
export async function openGuards(
  { client, nativeConnection }: TestWorkflowEnvironment,
  settings: Partial<GuardsDeps> = {},
): Promise<OpenedGuards> {
  const inbox = createWorkerInbox();
  const inboxWorker = await Worker.create({
    connection: nativeConnection,
    taskQueue: inbox.queue,
    activities: inbox.activities,
  });
  const working = inboxWorker.run();
  const warnings: string[] = [];
  const none = () => undefined;
  const log = { debug: none, info: none, error: none, warn: (line: string) => void warnings.push(line) };
  const bounds = { pools: [], placeOf: onQueue('nobody'), mostWaiting: 1_000, longestWaitMs: 300_000 };
  const guards = createGuards({ ...bounds, client, inbox, log, random: () => 0, ...settings });
  onTestFinished(async () => {
    await guards.close();
    inboxWorker.shutdown();
    await working;
  });
  return { guards, warnings };
}

/** Breakers and pools on a Task Queue that the test has a worker for. */
export const onQueue =
  (taskQueue: string): GuardsDeps['placeOf'] =>
  (named = taskQueue) => ({ scope: named, taskQueue: named });

/** A call of 1 ms. */
export function guardedCall(agent: Agent): GuardedCall {
  const activity = { info: {}, cancellationSignal: new AbortController().signal } as Context;
  const none = () => undefined;
  const log = { debug: none, info: none, warn: none, error: none };
  const asked = { agent, activity, input: null, request: {} as never, log };
  return { ...asked, agentMs: () => 1, tokens: () => 0, waitsFor: none };
}
