// What one worker has of breakers and pools, and its ear; calls are made by the test.
import type { Context } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { onTestFinished } from 'vitest';
import type { GuardedCall } from '../../src/activities/guarded-call.js';
import type { Agent } from '../../src/domain/agent.js';
import { createEar } from '../../src/guards/ear.js';
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
  const ear = createEar();
  const listening = await Worker.create({
    connection: nativeConnection,
    taskQueue: ear.queue,
    activities: ear.activities,
  });
  const hearing = listening.run();
  const warnings: string[] = [];
  const none = () => undefined;
  const log = { debug: none, info: none, error: none, warn: (line: string) => void warnings.push(line) };
  const bounds = { pools: [], taskQueue: 'nobody', mostWaiting: 1_000, longestWaitMs: 300_000 };
  const guards = createGuards({ ...bounds, client, ear, log, random: () => 0, ...settings });
  onTestFinished(async () => {
    await guards.close();
    listening.shutdown();
    await hearing;
  });
  return { guards, warnings };
}

/** One that the agent takes a moment for. */
export function guardedCall(agent: Agent, taskQueue: string): GuardedCall {
  const activity = { info: { taskQueue }, cancellationSignal: new AbortController().signal } as Context;
  const none = () => undefined;
  const log = { debug: none, info: none, warn: none, error: none };
  const asked = { agent, activity, input: null, request: {} as never, log };
  return { ...asked, agentMs: () => 1, tokens: () => 0, waitsFor: none };
}
