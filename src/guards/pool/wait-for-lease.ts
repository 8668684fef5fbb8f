// A call that waits for a lease of a pool. It is turned away with `PoolBusy`, and comes back later, if too many calls of this worker
// wait, or if it has waited for too long: a call that waits occupies one of the worker's places for calls in flight.
import { AgentError } from '../../activities/errors/agent-error.js';
import type { GuardedCall } from '../../activities/call-agent/guarded-call.js';
import { formatDuration } from '../../domain/duration.js';
import type { Want } from '../../domain/pool/protocol.js';
import type { HeldLease } from '../../domain/pool/worker/leases.js';
import type { PoolSession } from './session.js';

/** Calls that were turned away come back within this time, spread at random. */
const COME_BACK_MS = { least: 1_000, most: 5_000 };

export interface WaitingLimits {
  /** Calls that may wait for leases at the same time. */
  readonly mostWaiting: number;
  /** Milliseconds that one call may wait. */
  readonly longestWaitMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

interface WaitingRoom extends WaitingLimits {
  readonly name: string;
  readonly session: PoolSession;
  /** Calls of this worker that wait, for whichever pool. */
  readonly waiting: { count: number };
}

export interface GrantedLease {
  readonly session: PoolSession;
  readonly lease: HeldLease;
  readonly call: number;
  /** Aborts when the lease is lost. */
  readonly signal: AbortSignal;
}

/** Throws `PoolBusy`. `undefined`: the call was cancelled while it waited. */
export async function waitForLease(
  room: WaitingRoom,
  { activity, waitsFor }: GuardedCall,
  want: Want,
): Promise<GrantedLease | undefined> {
  const { name, session, waiting, longestWaitMs } = room;
  const { cancellationSignal: cancelled } = activity;
  makeRoom(room, want);
  const { call, lease, lost: signal } = session.request(want);
  const refuse = (why: string) => () => session.refuse(call, poolBusyError(room, why));
  const onCancel = refuse('is not needed: the call was cancelled');
  const onTooLong = refuse(`had no free capacity for ${formatDuration(longestWaitMs)}`);
  const timer = setTimeout(onTooLong, longestWaitMs);
  cancelled.addEventListener('abort', onCancel, { once: true });
  waiting.count++;
  waitsFor(name);
  try {
    return { session, lease: await lease, call, signal };
  } catch (error) {
    if (cancelled.aborted) return undefined;
    throw error;
  } finally {
    waiting.count--;
    waitsFor(undefined);
    clearTimeout(timer);
    cancelled.removeEventListener('abort', onCancel);
  }
}

/** Turns a call away if too many wait: a less urgent one of this pool, or else the one that comes now. */
function makeRoom(room: WaitingRoom, want: Want): void {
  const { session, waiting, mostWaiting } = room;
  if (waiting.count < mostWaiting) return;
  const error = poolBusyError(room, `is busy: ${waiting.count} calls of this worker already wait for leases`);
  const last = session.lastWaiting();
  if (last === undefined || last.want.priority <= want.priority) throw error;
  session.refuse(last.call, error);
}

const poolBusyError = ({ name, random }: WaitingRoom, why: string): AgentError =>
  new AgentError(`pool ${JSON.stringify(name)} ${why}; the call will be retried`, {
    type: 'PoolBusy',
    retryAfterMs: COME_BACK_MS.least + random() * (COME_BACK_MS.most - COME_BACK_MS.least),
  });
