// Hands out what is free to those who wait.
import { refill } from './bucket.js';
import { inUse, isOpen, othersWait, tell, type PoolState, type Resource, type Waiting } from './pool.js';
import { sameWant, type Want } from './protocol.js';
import { STRATEGY } from './strategies/index.js';

export interface Moment {
  readonly now: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

interface Room extends Pick<Resource, 'id' | 'weight' | 'limit'> {
  inUse: number;
}

/** Grants until nothing is free, or nobody waits whom it would suit. `asking` is answered anyway; the others are to be told. */
export function grantAll(state: PoolState, { now, random }: Moment, asking?: string): void {
  const { bucket, policy, queue } = state;
  if (bucket !== undefined && policy.rate !== undefined) refill(bucket, policy.rate, now);
  const used = inUse(state);
  const open: Room[] = state.resources
    .filter((one) => isOpen(one, now))
    .map(({ id, weight, limit }) => ({ id, weight, limit, inUse: used.get(id) ?? 0 }));
  queue.sort((a, b) => a.want.priority - b.want.priority || a.order - b.order);
  const versions = new Map<string, number>();
  for (const waiting of queue) {
    while (waiting.count > 0 && (bucket === undefined || bucket.level > 0)) {
      const candidates = open.filter(suits(waiting.want, open));
      if (candidates.length === 0) break;
      const { key } = waiting.want;
      const chosen = STRATEGY[policy.strategy](candidates, { key, random, memory: state.memory });
      chosen.inUse++;
      waiting.count--;
      if (bucket !== undefined) bucket.level -= waiting.want.tokens ?? 1;
      give(state, waiting, chosen.id, versions);
    }
  }
  state.queue = queue.filter(({ count }) => count > 0);
  for (const session of versions.keys()) if (session !== asking) tell(state, session);
  // Those who keep what is free for themselves must hear that others wait.
  for (const [id, { held, toldOthersWait = Infinity }] of Object.entries(state.sessions)) {
    if (id === asking || Object.keys(held).length === 0) continue;
    if ((othersWait(state, id) ?? Infinity) < toldOthersWait) tell(state, id);
  }
}

/** The one to avoid suits where there is no other at all, busy or not. */
const suits = ({ avoid }: Want, open: readonly Room[]) => {
  const hasOther = open.some(({ id }) => id !== avoid);
  return ({ id, inUse: used, limit }: Room): boolean => used < limit && !(id === avoid && hasOther);
};

function give(state: PoolState, { session: id, want }: Waiting, resource: string, versions: Map<string, number>): void {
  const session = state.sessions[id]!;
  let version = versions.get(id);
  if (version === undefined) versions.set(id, (version = ++session.version));
  const last = session.unseen.findIndex(
    (one) => one.version === version && one.resource === resource && sameWant(one.want, want),
  );
  if (last < 0) session.unseen.push({ version, resource, want, count: 1 });
  else session.unseen[last] = { ...session.unseen[last]!, count: session.unseen[last]!.count + 1 };
}
