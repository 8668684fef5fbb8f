// Changes the resources of a pool while it is in use: by a person, or by newer settings.
import { defined } from '../../json/defined.js';
import { fullBucket } from './token-bucket.js';
import { leasesInUse, newResource, markHoldersToPush, type PoolState, type Resource } from './state.js';
import type { Alteration, ConfigMark } from '../protocol.js';
import type { PoolPolicy, ResourceFacts } from '../settings.js';

/** The effect of a change, for a person. */
export interface PoolChange {
  readonly id: string;
  readonly became: 'added' | 'altered' | 'draining' | 'removed';
  /** Calls under way on the resource. */
  readonly inUse: number;
}

/** `undefined`: the pool has no such resource. */
export function alterPool(state: PoolState, alteration: Alteration): PoolChange | undefined {
  const id = alteration.do === 'add' ? alteration.resource.id : alteration.id;
  const found = state.resources.find((one) => one.id === id);
  const used = leasesInUse(state).get(id) ?? 0;
  if (alteration.do === 'add') {
    state.removed = state.removed.filter((one) => one !== id);
    put(state, alteration.resource, { isAdded: true });
    return { id, became: found === undefined ? 'added' : 'altered', inUse: used };
  }
  if (found === undefined) return undefined;
  found.isDraining = true;
  markHoldersToPush(state, id);
  if (alteration.do === 'drain') return { id, became: 'draining', inUse: used };
  if (!state.removed.includes(id)) state.removed.push(id);
  leave(state, found, used);
  return { id, became: used === 0 ? 'removed' : 'draining', inUse: used };
}

/** Removes a resource. If it is in use, it drains first. */
function leave(state: PoolState, resource: Resource, used: number): void {
  if (used > 0) Object.assign(resource, { isDraining: true, isLeaving: true });
  else state.resources = state.resources.filter((one) => one !== resource);
}

function put(state: PoolState, facts: ResourceFacts, mark: Pick<Resource, 'isAdded'> = {}): void {
  const index = state.resources.findIndex(({ id }) => id === facts.id);
  if (index < 0) state.resources.push({ ...newResource(facts), ...mark });
  else {
    const { ill } = state.resources[index]!;
    state.resources[index] = { ...newResource(facts), ...mark, ...defined({ ill }) };
  }
}

/** If settings differ, the newest hold. Changes that a person made at run time are kept. */
export function adoptConfig(state: PoolState, config: ConfigMark, policy: PoolPolicy | undefined, now: number): void {
  if (config.hash === state.config.hash) {
    if (config.since > state.config.since) state.config = config;
    return;
  }
  if (config.since <= state.config.since || policy === undefined) return;
  const used = leasesInUse(state);
  const named = new Set(policy.resources.map(({ id }) => id));
  for (const one of [...state.resources]) {
    if (one.isAdded === undefined && !named.has(one.id)) leave(state, one, used.get(one.id) ?? 0);
  }
  for (const facts of policy.resources) {
    const old = state.resources.find(({ id }) => id === facts.id);
    const isDrained = old?.isDraining !== undefined && old.isLeaving === undefined;
    if (old?.isAdded === undefined && !isDrained && !state.removed.includes(facts.id)) put(state, facts);
  }
  state.policy = policy;
  state.config = config;
  state.memory = {};
  if (policy.rate === undefined) delete state.bucket;
  else state.bucket ??= fullBucket(policy.rate, now);
}
