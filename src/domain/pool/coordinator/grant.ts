// Grants free capacity to the calls that wait.
import { refill } from './token-bucket.js';
import {
  leasesInUse,
  isOpen,
  mostUrgentOther,
  markToPush,
  type PoolState,
  type Resource,
  type QueueEntry,
} from './state.js';
import { isSameWant, type Want } from '../protocol.js';
import { STRATEGY } from '../strategies/index.js';

export interface Moment {
  readonly now: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

interface OpenResource extends Pick<Resource, 'id' | 'weight' | 'limit'> {
  inUse: number;
}

/** Grants until nothing is free, or no waiting call may use what is free. The session `asking` receives its grants in the answer; the others get a push. */
export function grantAll(state: PoolState, { now, random }: Moment, asking?: string): void {
  const { bucket, policy, queue } = state;
  if (bucket !== undefined && policy.rate !== undefined) refill(bucket, policy.rate, now);
  const used = leasesInUse(state);
  const open: OpenResource[] = state.resources
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
  for (const session of versions.keys()) if (session !== asking) markToPush(state, session);
  // Sessions that keep free leases for their next call must learn that others wait.
  for (const [id, { held, toldOthersWait = Infinity }] of Object.entries(state.sessions)) {
    if (id === asking || Object.keys(held).length === 0) continue;
    if ((mostUrgentOther(state, id) ?? Infinity) < toldOthersWait) markToPush(state, id);
  }
}

/** The resource to avoid is used only if there is no other at all, busy or free. */
const suits = ({ avoid }: Want, open: readonly OpenResource[]) => {
  const hasOther = open.some(({ id }) => id !== avoid);
  return ({ id, inUse: used, limit }: OpenResource): boolean => used < limit && !(id === avoid && hasOther);
};

function give(
  state: PoolState,
  { session: id, want }: QueueEntry,
  resource: string,
  versions: Map<string, number>,
): void {
  const session = state.sessions[id]!;
  let version = versions.get(id);
  if (version === undefined) versions.set(id, (version = ++session.version));
  const last = session.unseen.findIndex(
    (one) => one.version === version && one.resource === resource && isSameWant(one.want, want),
  );
  if (last < 0) session.unseen.push({ version, resource, want, count: 1 });
  else session.unseen[last] = { ...session.unseen[last]!, count: session.unseen[last]!.count + 1 };
}
