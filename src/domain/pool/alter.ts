// Alters a pool while it is at work: what a person does to its resources, and what newer settings say of them.
import { fullBucket } from './bucket.js';
import { inUse, newResource, tellHolders, type PoolState, type Resource } from './pool.js';
import type { Alteration, ConfigMark } from './protocol.js';
import type { PoolPolicy, ResourceFacts } from './settings.js';

/** What came of it, for a person. */
export interface Altered {
  readonly id: string;
  readonly became: 'added' | 'altered' | 'draining' | 'removed';
  /** Calls under way on it. */
  readonly inUse: number;
}

/** `undefined` where there is no such resource. */
export function alter(state: PoolState, alteration: Alteration): Altered | undefined {
  const id = alteration.do === 'add' ? alteration.resource.id : alteration.id;
  const found = state.resources.find((one) => one.id === id);
  const used = inUse(state).get(id) ?? 0;
  if (alteration.do === 'add') {
    state.removed = state.removed.filter((one) => one !== id);
    put(state, alteration.resource, { isAdded: true });
    return { id, became: found === undefined ? 'added' : 'altered', inUse: used };
  }
  if (found === undefined) return undefined;
  found.isDraining = true;
  tellHolders(state, id);
  if (alteration.do === 'drain') return { id, became: 'draining', inUse: used };
  if (!state.removed.includes(id)) state.removed.push(id);
  leave(state, found, used);
  return { id, became: used === 0 ? 'removed' : 'draining', inUse: used };
}

/** What is in use drains first. */
function leave(state: PoolState, resource: Resource, used: number): void {
  if (used > 0) Object.assign(resource, { isDraining: true, isLeaving: true });
  else state.resources = state.resources.filter((one) => one !== resource);
}

function put(state: PoolState, facts: ResourceFacts, mark: Pick<Resource, 'isAdded'> = {}): void {
  const index = state.resources.findIndex(({ id }) => id === facts.id);
  if (index < 0) state.resources.push({ ...newResource(facts), ...mark });
  else {
    const { ill } = state.resources[index]!;
    state.resources[index] = { ...newResource(facts), ...mark, ...(ill === undefined ? {} : { ill }) };
  }
}

/** Of settings that differ the newest hold; what a person has done at run time stays. */
export function adoptConfig(state: PoolState, config: ConfigMark, policy: PoolPolicy | undefined, now: number): void {
  if (config.hash === state.config.hash) {
    if (config.since > state.config.since) state.config = config;
    return;
  }
  if (config.since <= state.config.since || policy === undefined) return;
  const used = inUse(state);
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
