// One attempt of callAgent in an environment without a server, and the parts that most tests need.
import { ApplicationFailure, CancelledFailure, type Info } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities, type ActivityDeps } from '../../src/activities/index.js';
import type { Agent } from '../../src/domain/agent/agent.js';
import type { CallFailureDetail, CallReply, CallRequest } from '../../src/domain/call/request.js';

export const aRequest = (more: Partial<CallRequest> = {}): CallRequest => ({
  run: 'run-1',
  plan: 'plan-1',
  task: 'a',
  agent: 'x',
  input: null,
  idempotencyKey: 'run-1/a',
  timeoutMs: 60_000,
  retry: { attempts: 4, initialMs: 1000, factor: 2, maxMs: 60_000 },
  ...more,
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };

export interface Calling {
  readonly agents: readonly Agent[];
  readonly request?: Partial<CallRequest>;
  readonly deps?: Partial<ActivityDeps>;
  readonly info?: Partial<Info>;
}

export function environment(info: Partial<Info> = {}, client?: Client): MockActivityEnvironment {
  const logger = { ...silent, trace() {}, log() {} };
  return new MockActivityEnvironment(
    { taskQueue: 'queue-1', ...info },
    { logger, ...(client === undefined ? {} : { client }) },
  );
}

export function call({ agents, request, deps, info }: Calling, env = environment(info)): Promise<CallReply> {
  const { callAgent } = createActivities({ agents, random: () => 0.5, log: silent, ...deps });
  const first = agents[0]?.type ?? 'x';
  return env.run(callAgent, aRequest({ agent: first, ...request }));
}

/** What a failed call threw, as far as a Workflow can see it. */
export interface Seen {
  readonly type: string;
  readonly message: string;
  readonly nonRetryable: boolean;
  readonly delayMs: unknown;
  readonly detail: CallFailureDetail;
  readonly cause: Error | undefined;
}

export async function failureOf(calling: Promise<unknown>): Promise<Seen> {
  try {
    await calling;
  } catch (error) {
    return seen(error);
  }
  throw new Error('expected the call to fail, and it did not');
}

export function seen(error: unknown): Seen {
  if (error instanceof ApplicationFailure) {
    const [detail] = (error.details ?? []) as [CallFailureDetail];
    const { type, message, nonRetryable, cause } = error;
    const delayMs: unknown = error.nextRetryDelay;
    return { type: type ?? '', message, nonRetryable: nonRetryable === true, delayMs, detail, cause };
  }
  if (error instanceof CancelledFailure) {
    const [detail] = error.details as [CallFailureDetail];
    return {
      type: 'Cancelled',
      message: error.message,
      nonRetryable: true,
      delayMs: undefined,
      detail,
      cause: error.cause,
    };
  }
  throw error;
}
