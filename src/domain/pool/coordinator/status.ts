// The status of a pool, for people and programs.
import { defined } from '../../json/defined.js';
import { leasesInUse, type PoolState, type Resource } from './state.js';
import type { PoolPolicy, ResourceFacts } from '../settings.js';

export type ResourceCondition = 'open' | 'paused' | 'ill' | 'draining';

export interface ResourceStatus extends ResourceFacts {
  readonly condition: ResourceCondition;
  /** Calls at the same time, now: less than the capacity after an overload. */
  readonly limit: number;
  readonly inUse: number;
  /** Why its health check failed. */
  readonly ill?: string;
  /** ISO 8601. */
  readonly pausedUntil?: string;
  /** Added at run time. */
  readonly isAdded: boolean;
}

export interface PoolStatus {
  readonly pool: string;
  /** False: the pool does not run, because no worker uses it and no person has changed it. */
  readonly isAtWork: boolean;
  readonly strategy: PoolPolicy['strategy'];
  readonly ttlMs: number;
  readonly resources: readonly ResourceStatus[];
  readonly waiting: readonly { readonly priority: number; readonly count: number }[];
  readonly workers: readonly { readonly worker: string; readonly holds: number; readonly isOverruled: boolean }[];
  /** The token bucket. */
  readonly tokens?: { readonly level: number; readonly limit: number; readonly perMs: number };
}

export function poolStatus(pool: string, state: PoolState, isAtWork = true): PoolStatus {
  const { policy, config, bucket, queue, sessions } = state;
  const used = leasesInUse(state);
  const priorities = [...new Set(queue.map(({ want }) => want.priority))].sort((a, b) => a - b);
  return {
    pool,
    isAtWork,
    strategy: policy.strategy,
    ttlMs: policy.ttlMs,
    resources: state.resources.map((one) => resourceStatus(one, used.get(one.id) ?? 0)),
    waiting: priorities.map((priority) => ({
      priority,
      count: queue.reduce((sum, { want, count }) => sum + (want.priority === priority ? count : 0), 0),
    })),
    workers: Object.values(sessions).map(({ worker, held, unseen, config: { hash } }) => ({
      worker,
      holds: [...Object.values(held), ...unseen.map(({ count }) => count)].reduce((sum, count) => sum + count, 0),
      isOverruled: hash !== config.hash,
    })),
    ...(bucket === undefined || policy.rate === undefined
      ? {}
      : { tokens: { level: Math.floor(bucket.level), ...policy.rate } }),
  };
}

function resourceStatus(resource: Resource, used: number): ResourceStatus {
  const { id, endpoint, capacity, weight, labels, limit, ill, pausedUntil, isAdded } = resource;
  return {
    id,
    ...defined({ endpoint }),
    capacity,
    weight,
    labels,
    condition: conditionOf(resource),
    limit,
    inUse: used,
    ...defined({ ill }),
    ...(pausedUntil === undefined ? {} : { pausedUntil: new Date(pausedUntil).toISOString() }),
    isAdded: isAdded === true,
  };
}

function conditionOf({ isDraining, ill, pausedUntil }: Resource): ResourceCondition {
  if (isDraining === true) return 'draining';
  if (ill !== undefined) return 'ill';
  return pausedUntil === undefined ? 'open' : 'paused';
}
