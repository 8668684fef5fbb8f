// The resources of a pool and the leases of its sessions, as one JSON value, changed in place. It reads no clock: `now` is an argument.
// R1. The leases of a session are those that it reports, and those granted that it has not seen yet. All sessions together never have
//     more leases of a resource than its limit was when they were granted.
// R2. Calls are served by priority, then in their order. A call that can use none of the free resources does not hold up the others.
// R3. A resource that drains, is unhealthy, or is paused gets no new leases. Leases that are in use end by themselves.
import { fullBucket, type Bucket } from './token-bucket.js';
import type { ConfigMark, Grant, Want } from '../protocol.js';
import type { PoolPolicy, ResourceFacts } from '../settings.js';
import type { StrategyMemory } from '../strategies/strategy.js';

export interface Resource extends ResourceFacts {
  /** Calls at the same time, now: its capacity, or less after an overload. */
  limit: number;
  /** Successes since the limit last changed. */
  successes: number;
  /** After an overload: no new leases until then. */
  pausedUntil?: number;
  /** Why its health check failed; absent: it is healthy. */
  ill?: string;
  isDraining?: true;
  /** It is removed when its last lease ends. */
  isLeaving?: true;
  /** Added by a person: the settings do not contain it. */
  isAdded?: true;
}

export interface Session {
  readonly worker: string;
  readonly since: number;
  turn: number;
  /** Time of its last turn. */
  heardAt: number;
  config: ConfigMark;
  /** Leases that it reports, by resource. */
  held: Record<string, number>;
  /** Grants that it has not acknowledged yet. */
  unseen: Grant[];
  version: number;
  done: Record<string, number>;
  spent: number;
  /** Last pushed to it: the priority of the most urgent waiting call of other sessions. */
  toldOthersWait?: number;
}

export interface QueueEntry {
  readonly session: string;
  readonly want: Want;
  /** The lower one came first. */
  readonly order: number;
  count: number;
}

export interface PoolState {
  policy: PoolPolicy;
  config: ConfigMark;
  resources: Resource[];
  /** Removed by a person, even if the settings contain them. */
  removed: string[];
  sessions: Record<string, Session>;
  queue: QueueEntry[];
  orders: number;
  bucket?: Bucket;
  memory: StrategyMemory;
  /** Sessions with a pending push. */
  toTell: string[];
}

export const createPool = (policy: PoolPolicy, config: ConfigMark, now: number): PoolState => ({
  policy,
  config,
  resources: policy.resources.map(newResource),
  removed: [],
  sessions: {},
  queue: [],
  orders: 0,
  ...(policy.rate === undefined ? {} : { bucket: fullBucket(policy.rate, now) }),
  memory: {},
  toTell: [],
});

export const newResource = (facts: ResourceFacts): Resource => ({ ...facts, limit: facts.capacity, successes: 0 });

/** The number of leases in use, by resource. */
export function leasesInUse(state: PoolState): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (id: string, count: number) => counts.set(id, (counts.get(id) ?? 0) + count);
  for (const { held, unseen } of Object.values(state.sessions)) {
    for (const [id, count] of Object.entries(held)) add(id, count);
    for (const { resource, count } of unseen) add(resource, count);
  }
  return counts;
}

/** Whether it may be granted, if there is room. */
export const isOpen = ({ isDraining, ill, pausedUntil }: Resource, now: number): boolean =>
  isDraining === undefined && ill === undefined && (pausedUntil === undefined || now >= pausedUntil);

/** Resources whose free leases are to be returned: those that get no new leases, and those with more leases than their limit. */
export function resourcesToGiveBack(state: PoolState, now: number): string[] {
  const used = leasesInUse(state);
  return state.resources.filter((one) => !isOpen(one, now) || (used.get(one.id) ?? 0) > one.limit).map(({ id }) => id);
}

/** The most urgent priority of the waiting calls of other sessions; `undefined`: none waits. */
export const mostUrgentOther = ({ queue }: PoolState, session: string): number | undefined =>
  queue.reduce<number | undefined>(
    (first, waiting) => (waiting.session === session ? first : Math.min(first ?? Infinity, waiting.want.priority)),
    undefined,
  );

export function markToPush(state: PoolState, session: string): void {
  if (!state.toTell.includes(session)) state.toTell.push(session);
}

/** Sessions that hold a resource keep it for their next calls until they learn that they must not. */
export function markHoldersToPush(state: PoolState, resource: string): void {
  for (const [id, { held }] of Object.entries(state.sessions)) if (held[resource] !== undefined) markToPush(state, id);
}

/** Its resources are those of the settings: the pool may end, and be made from them again. */
export const isAsConfigured = ({ removed, resources }: PoolState): boolean =>
  removed.length === 0 &&
  resources.every(({ isAdded, isDraining }) => isAdded === undefined && isDraining === undefined);
