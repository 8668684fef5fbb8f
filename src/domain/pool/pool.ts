// The resources of a pool and who holds what, as one JSON value, changed in place. It reads no clock; `now` is always handed in.
// R1. What a session has of a resource is what it says it holds, and what was granted that it has not seen: never more in all
//     than the resource takes.
// R2. Who waits is served by priority, then first come. One for whom there is nothing suitable holds up nobody.
// R3. A resource that drains, is ill, or has asked for a pause gets no new leases; what is held ends by itself.
import { fullBucket, type Bucket } from './bucket.js';
import type { ConfigMark, Grant, Want } from './protocol.js';
import type { PoolPolicy, ResourceFacts } from './settings.js';
import type { StrategyMemory } from './strategies/strategy.js';

export interface Resource extends ResourceFacts {
  /** Calls at once as of now: its capacity, or less since it was overloaded. */
  limit: number;
  /** Successes since the limit was last altered. */
  successes: number;
  /** Overloaded: nothing until then. */
  pausedUntil?: number;
  /** Why it is ill. */
  ill?: string;
  isDraining?: true;
  /** Goes when nobody holds it any more. */
  isLeaving?: true;
  /** Added by a person: the settings say nothing of it. */
  isAdded?: true;
}

export interface Session {
  readonly worker: string;
  readonly since: number;
  turn: number;
  /** When it was last heard of. */
  heardAt: number;
  config: ConfigMark;
  /** Up to what it has seen. */
  held: Record<string, number>;
  /** What it has not seen yet. */
  unseen: Grant[];
  version: number;
  done: Record<string, number>;
  spent: number;
  /** What it has heard of others who wait. */
  toldOthersWait?: number;
}

export interface Waiting {
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
  /** Taken away by a person, whatever the settings say. */
  removed: string[];
  sessions: Record<string, Session>;
  queue: Waiting[];
  orders: number;
  bucket?: Bucket;
  memory: StrategyMemory;
  /** Sessions that must be told something that they did not ask for. */
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

/** How many leases of each resource are out. */
export function inUse(state: PoolState): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (id: string, count: number) => counts.set(id, (counts.get(id) ?? 0) + count);
  for (const { held, unseen } of Object.values(state.sessions)) {
    for (const [id, count] of Object.entries(held)) add(id, count);
    for (const { resource, count } of unseen) add(resource, count);
  }
  return counts;
}

/** May be granted, if there is room. */
export const isOpen = ({ isDraining, ill, pausedUntil }: Resource, now: number): boolean =>
  isDraining === undefined && ill === undefined && (pausedUntil === undefined || now >= pausedUntil);

/** Of a resource that is not used for new calls, what is free goes back; one whose limit has been lowered shrinks. */
export function toGiveBack(state: PoolState, now: number): string[] {
  const used = inUse(state);
  return state.resources.filter((one) => !isOpen(one, now) || (used.get(one.id) ?? 0) > one.limit).map(({ id }) => id);
}

/** The most urgent priority of others than this session who wait; `undefined`: nobody else does. */
export const othersWait = ({ queue }: PoolState, session: string): number | undefined =>
  queue.reduce<number | undefined>(
    (first, waiting) => (waiting.session === session ? first : Math.min(first ?? Infinity, waiting.want.priority)),
    undefined,
  );

export function tell(state: PoolState, session: string): void {
  if (!state.toTell.includes(session)) state.toTell.push(session);
}

/** Those who hold a resource keep it for their next calls, until they hear that they must not. */
export function tellHolders(state: PoolState, resource: string): void {
  for (const [id, { held }] of Object.entries(state.sessions)) if (held[resource] !== undefined) tell(state, id);
}

/** Nothing but what the settings say: it may be forgotten, and made again from them. */
export const isAsConfigured = ({ removed, resources }: PoolState): boolean =>
  removed.length === 0 &&
  resources.every(({ isAdded, isDraining }) => isAdded === undefined && isDraining === undefined);
