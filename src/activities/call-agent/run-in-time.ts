// Runs an agent within its time.
// I1. The agent's signal aborts once, for the first of these: timeout, no sign of work for too long (`idle`), cancellation, a lost lease, shutdown of the worker. The reason
//     of the signal is the failure of the call.
// I2. After that, no answer of the agent counts: many agents end early with half an answer when their signal aborts.
// I3. An agent that ignores its signal is given up after a grace period; its call never lasts longer than that.
import { CancelledFailure, type Context } from '@temporalio/activity';
import { writeDuration } from '../../domain/duration.js';
import type { AgentLog } from '../../domain/agent/agent.js';
import { AgentError } from '../errors/agent-error.js';
import { HandedOverError } from '../errors/handed-over.js';
import { watchIdle } from './watch-idle.js';

/** The longest delay that a timer of Node.js can have; with a longer one the timer would fire immediately. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface TimedRun {
  /** The type of the agent, for messages. */
  readonly agent: string;
  readonly timeoutMs: number;
  /** How long the agent may be without a sign that it is working; absent: as long as it likes. */
  readonly idleMs?: number;
  /** How long the agent may take to end once its signal has aborted. */
  readonly graceMs: number;
  readonly activity: Context;
  readonly log: AgentLog;
  /** Aborts, with the failure as its reason, when the call has lost its lease. */
  readonly lost?: AbortSignal;
  /** Starts the agent. Called at most once, and never if the call has been cancelled, or its lease lost, before. */
  run(this: void, running: RunningAgent): unknown;
}

export interface RunningAgent {
  readonly signal: AbortSignal;
  /** To be called for each sign that the agent is working. */
  active(this: void): void;
}

export function runInTime({ agent, timeoutMs, idleMs, graceMs, activity, log, lost, run }: TimedRun): Promise<unknown> {
  const name = JSON.stringify(agent);
  const cancelled = activity.cancellationSignal;
  if (cancelled.aborted) return Promise.reject(cancelReason(name, activity));
  if (lost?.aborted === true) return Promise.reject(lost.reason as AgentError);
  const abort = new AbortController();
  // One promise, resolved by hand, instead of a race of several: a fan-out makes thousands of calls, and each promise costs.
  return new Promise((resolve, reject) => {
    let isStopped = false;
    const clear = () => {
      clearTimeout(timer);
      idle?.stop();
      cancelled.removeEventListener('abort', onCancel);
      lost?.removeEventListener('abort', onLost);
    };
    const stop = (reason: AgentError) => {
      if (isStopped) return;
      isStopped = true;
      clear();
      abort.abort(reason);
      settlesWithin(running, graceMs).then((inTime) => {
        if (!inTime) {
          log.warn(
            `agent ${name} is still running ${writeDuration(graceMs)} after its signal aborted; its call is given up`,
          );
        }
        reject(reason);
      }, reject);
    };
    const onCancel = () => stop(cancelReason(name, activity));
    cancelled.addEventListener('abort', onCancel, { once: true });
    const onLost = () => stop(lost!.reason as AgentError);
    lost?.addEventListener('abort', onLost, { once: true });
    const onTimeout = () => stop(timeoutError(name, timeoutMs));
    // Temporal alone keeps a timeout that is longer than the longest timer.
    const timer = timeoutMs > MAX_TIMER_MS ? undefined : setTimeout(onTimeout, timeoutMs);
    const idle = idleMs === undefined ? undefined : watchIdle(idleMs, () => stop(idleError(name, idleMs)));
    const active = idle?.active ?? (() => undefined);
    // Started in a microtask, so that an agent which throws synchronously rejects like any other.
    const running = Promise.resolve({ signal: abort.signal, active }).then(run);
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

/** True once the promise has settled, false after `ms`. A rejection that comes later is ignored. */
export async function settlesWithin(running: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, ms, false)));
  const settled = running.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([settled, late]);
  clearTimeout(timer);
  return inTime;
}

const timeoutError = (name: string, timeoutMs: number): AgentError =>
  new AgentError(`agent ${name} did not answer within ${writeDuration(timeoutMs)}`, { type: 'Timeout' });

const idleError = (name: string, idleMs: number): AgentError =>
  new AgentError(`agent ${name} has given no sign of working for ${writeDuration(idleMs)}`, { type: 'Idle' });

/** `Cancelled` only if a cancellation was requested; when a worker shuts down, and after a pause or a reset, another attempt follows. */
export function cancelReason(name: string, activity: Context): AgentError {
  const reason: unknown = activity.cancellationSignal.reason;
  const why = reason instanceof CancelledFailure ? reason.message : 'CANCELLED';
  if (why === 'WORKER_SHUTDOWN') {
    return new HandedOverError(`the worker shut down while agent ${name} was working`);
  }
  if (activity.cancellationDetails?.cancelRequested === false) {
    return new AgentError(`the call of agent ${name} was interrupted: ${why}`, { type: 'Interrupted' });
  }
  return new AgentError(`the call of agent ${name} was cancelled`, { type: 'Cancelled' });
}
