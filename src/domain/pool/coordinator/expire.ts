// What changes in a pool as time passes, and when the next change is due.
import { timeAbove, refill } from './token-bucket.js';
import { leasesInUse, isAsConfigured, type PoolState } from './state.js';

/** Ends sessions that have sent no turn for the time to live, with all their leases; ends pauses; refills the token bucket. */
export function settleTime(state: PoolState, now: number): void {
  const { bucket, policy } = state;
  if (bucket !== undefined && policy.rate !== undefined) refill(bucket, policy.rate, now);
  for (const [id, { heardAt }] of Object.entries(state.sessions)) {
    if (now >= heardAt + policy.ttlMs) forget(state, id);
  }
  for (const one of state.resources)
    if (one.pausedUntil !== undefined && now >= one.pausedUntil) delete one.pausedUntil;
  const used = leasesInUse(state);
  state.resources = state.resources.filter(({ id, isLeaving }) => isLeaving === undefined || used.has(id));
}

export function forget(state: PoolState, session: string): void {
  delete state.sessions[session];
  state.queue = state.queue.filter((waiting) => waiting.session !== session);
  state.toTell = state.toTell.filter((id) => id !== session);
}

/** When time changes something next, if calls wait; when it does for the last time, if none waits. `undefined`: never. */
export function nextChange(state: PoolState): number | undefined {
  const { bucket, policy, queue } = state;
  const ends = Object.values(state.sessions).map(({ heardAt }) => heardAt + policy.ttlMs);
  const pauses = state.resources.flatMap(({ pausedUntil }) => pausedUntil ?? []);
  const someWait = queue.length > 0;
  const times = [...ends, ...pauses];
  if (bucket !== undefined && policy.rate !== undefined) {
    const { limit } = policy.rate;
    if (someWait ? bucket.level <= 0 : bucket.level < limit)
      times.push(timeAbove(bucket, policy.rate, someWait ? 0 : limit));
  }
  if (times.length === 0) return undefined;
  return someWait ? Math.min(...times) : Math.max(...times);
}

/** The pool may end: a new one, made from the settings, would have the same state. */
export function isIdle(state: PoolState): boolean {
  return Object.keys(state.sessions).length === 0 && isAsConfigured(state) && nextChange(state) === undefined;
}
