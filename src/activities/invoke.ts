// Runs an agent within its time.
// I1. The agent's signal aborts once, for the first of: timeout, cancellation, a lease that is lost, shutdown of the worker. Its
//     reason is the failure.
// I2. After that nothing the agent answers counts: many agents end early with half an answer when they are told to stop.
// I3. An agent that ignores its signal is given up after a grace; its call never outlives that.
import { CancelledFailure, type Context } from '@temporalio/activity';
import { formatDuration } from '../domain/duration.js';
import type { AgentLog } from '../domain/agent.js';
import { AgentError } from './agent-error.js';

/** The longest delay that a timer of Node.js holds; above it the timer would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface Invocation {
  readonly name: string;
  readonly timeoutMs: number;
  /** How long to wait, once the signal has aborted, for the agent to end. */
  readonly graceMs: number;
  readonly activity: Context;
  readonly log: AgentLog;
  /** Aborts, with the failure as its reason, where what the call rests on is gone. */
  readonly lost?: AbortSignal;
  /** Starts the agent. Called at most once, and never if the signal has aborted before. */
  run(this: void, signal: AbortSignal): unknown;
}

export function invoke({ name, timeoutMs, graceMs, activity, log, lost, run }: Invocation): Promise<unknown> {
  const cancelled = activity.cancellationSignal;
  if (cancelled.aborted) return Promise.reject(cancelReason(name, activity));
  if (lost?.aborted === true) return Promise.reject(lost.reason as AgentError);
  const abort = new AbortController();
  // One promise by hand instead of a race: each promise of a call costs, and a fan-out makes thousands of calls.
  return new Promise((resolve, reject) => {
    let isStopped = false;
    const clear = () => {
      clearTimeout(timer);
      cancelled.removeEventListener('abort', onCancel);
      lost?.removeEventListener('abort', onLost);
    };
    const stop = (reason: AgentError) => {
      if (isStopped) return;
      isStopped = true;
      clear();
      abort.abort(reason);
      settles(running, graceMs).then((inTime) => {
        if (!inTime)
          log.warn(`agent ${name} goes on ${duration(graceMs)} after its signal aborted; its call is given up`);
        reject(reason);
      }, reject);
    };
    const onCancel = () => stop(cancelReason(name, activity));
    cancelled.addEventListener('abort', onCancel, { once: true });
    const onLost = () => stop(lost!.reason as AgentError);
    lost?.addEventListener('abort', onLost, { once: true });
    const onTimeout = () => stop(timedOut(name, timeoutMs));
    // Beyond the longest timer there is only the timeout that Temporal keeps.
    const timer = timeoutMs > MAX_TIMER_MS ? undefined : setTimeout(onTimeout, timeoutMs);
    // A microtask later, so that an agent which throws at once rejects like any other.
    const running = Promise.resolve(abort.signal).then(run);
    const end = (settle: () => void) => {
      if (isStopped) return;
      clear();
      settle();
    };
    running.then(
      (reply) => end(() => resolve(reply)),
      (error: Error) => end(() => reject(error)),
    );
  });
}

/** True once the promise has settled, false after the grace. A rejection that comes later is nobody's any more. */
async function settles(running: Promise<unknown>, graceMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, graceMs, false)));
  const settled = running.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([settled, grace]);
  clearTimeout(timer);
  return inTime;
}

/** As a person would write it: `5s`, `0.25s`, `3m 20s`. */
const duration = (ms: number): string => (ms < 60_000 ? `${ms / 1000}s` : formatDuration(ms));

const timedOut = (name: string, timeoutMs: number): AgentError =>
  new AgentError(`agent ${name} did not answer within ${duration(timeoutMs)}`, { type: 'Timeout' });

/** Only a cancellation that somebody asked for is one; a worker that shuts down, a pause or a reset wants another attempt. */
function cancelReason(name: string, activity: Context): AgentError {
  const reason: unknown = activity.cancellationSignal.reason;
  const why = reason instanceof CancelledFailure ? reason.message : 'CANCELLED';
  if (why === 'WORKER_SHUTDOWN') {
    return new AgentError(`the worker shut down while agent ${name} was at work`, { type: 'Interrupted' });
  }
  if (activity.cancellationDetails?.cancelRequested === false) {
    return new AgentError(`the call of agent ${name} was interrupted: ${why}`, { type: 'Interrupted' });
  }
  return new AgentError(`the call of agent ${name} was cancelled`, { type: 'Cancelled' });
}
