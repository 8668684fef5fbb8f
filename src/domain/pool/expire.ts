// What time alone brings about in a pool, and when to look again.
import { reaches, refill } from './bucket.js';
import { inUse, isAsConfigured, type PoolState } from './pool.js';

/** A session that has been silent for the time to live is forgotten, with all it held. */
export function settleTime(state: PoolState, now: number): void {
  const { bucket, policy } = state;
  if (bucket !== undefined && policy.rate !== undefined) refill(bucket, policy.rate, now);
  for (const [id, { heardAt }] of Object.entries(state.sessions)) {
    if (now >= heardAt + policy.ttlMs) forget(state, id);
  }
  for (const one of state.resources)
    if (one.pausedUntil !== undefined && now >= one.pausedUntil) delete one.pausedUntil;
  const used = inUse(state);
  state.resources = state.resources.filter(({ id, isLeaving }) => isLeaving === undefined || used.has(id));
}

export function forget(state: PoolState, session: string): void {
  delete state.sessions[session];
  state.queue = state.queue.filter((waiting) => waiting.session !== session);
  state.toTell = state.toTell.filter((id) => id !== session);
}

/** When time brings something about: the next for those who wait, the last where nobody does. `undefined`: never. */
export function nextChange(state: PoolState): number | undefined {
  const { bucket, policy, queue } = state;
  const ends = Object.values(state.sessions).map(({ heardAt }) => heardAt + policy.ttlMs);
  const pauses = state.resources.flatMap(({ pausedUntil }) => pausedUntil ?? []);
  const someWait = queue.length > 0;
  const times = [...ends, ...pauses];
  if (bucket !== undefined && policy.rate !== undefined) {
    const { limit } = policy.rate;
    if (someWait ? bucket.level <= 0 : bucket.level < limit)
      times.push(reaches(bucket, policy.rate, someWait ? 0 : limit));
  }
  if (times.length === 0) return undefined;
  return someWait ? Math.min(...times) : Math.max(...times);
}

/** It may end: whoever comes next finds it as it would be now. */
export function isIdle(state: PoolState): boolean {
  return Object.keys(state.sessions).length === 0 && isAsConfigured(state) && nextChange(state) === undefined;
}
