// Attempts of calls of a bridge, on a real system and without a Temporal server: a test sees each heartbeat, cancels, and makes the next attempt.
import { expect, vi } from 'vitest';
import type { Agent } from '../../../../src/domain/agent/agent.js';
import { jobIn, type Job } from '../../../../src/domain/call/job.js';
import { parseAttemptNotes } from '../../../../src/domain/call/request.js';
import { call, environment, failureOf, type Seen } from '../../call.js';
import type { CallReply } from '../../../../src/domain/call/request.js';
import type { ActivityDeps } from '../../../../src/activities/index.js';

interface BridgeCallOptions {
  readonly input?: unknown;
  /** The idempotency key; the same key is the same job. */
  readonly key: string;
  readonly timeoutMs?: number;
  /** The attempt that this one follows. */
  readonly after?: BridgeCall;
  readonly deps?: Partial<ActivityDeps>;
}

export interface BridgeCall {
  readonly ended: Promise<CallReply>;
  readonly heartbeats: readonly unknown[];
  /** The job as it was last noted. */
  job(): Job | undefined;
  /** As Temporal cancels an activity. */
  cancel(reason?: string): void;
  failure(): Promise<Seen>;
  /** What the next attempt gets as `lastProgress`. */
  progress(): unknown;
  /** Waits until the job is in this state. */
  until(state: Job['state']): Promise<Job>;
  /** Waits until the job is as expected. */
  untilJob(expected: object): Promise<Job>;
}

export function callBridge(
  agent: Agent,
  { input = {}, key, timeoutMs = 120_000, after, deps }: BridgeCallOptions,
): BridgeCall {
  const heartbeats: unknown[] = [];
  const last = after?.heartbeats.at(-1);
  const info = { attempt: after === undefined ? 1 : 2, heartbeatTimeoutMs: 30_000 };
  const env = environment(last === undefined ? info : { ...info, heartbeatDetails: last });
  env.on('heartbeat', (details: unknown) => void heartbeats.push(details));
  const request = { input, idempotencyKey: key, timeoutMs };
  const ended = call({ agents: [agent], request, ...(deps === undefined ? {} : { deps }) }, env);
  ended.catch(() => undefined);
  const progress = () => parseAttemptNotes(heartbeats.at(-1)).progress;
  const job = () => jobIn(progress());
  const untilJob = async (expected: object): Promise<Job> => {
    // Some systems take long to begin with a job. `expect.poll` belongs to one test, and tests of bridges run at the same time.
    await vi.waitFor(() => expect(job()).toMatchObject(expected), { timeout: 60_000, interval: 50 });
    return job()!;
  };
  return {
    ended,
    heartbeats,
    job,
    cancel: (reason = 'CANCELLED') => env.cancel(reason as never),
    failure: () => failureOf(ended),
    progress,
    untilJob,
    until: (state) => untilJob({ state }),
  };
}
