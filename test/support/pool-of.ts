// A pool that a test drives turn by turn.
import { takeTurn } from '../../src/domain/pool/coordinator/take-turn.js';
import { createPool, type PoolState } from '../../src/domain/pool/coordinator/state.js';
import type { PoolNews, Sync, Want } from '../../src/domain/pool/protocol.js';
import type { PoolPolicy, ResourceFacts } from '../../src/domain/pool/settings.js';

export const MARK = { hash: 'x', since: 1 };
export const TTL_MS = 10_000;

export const facts = (id: string, capacity: number, more: Partial<ResourceFacts> = {}): ResourceFacts => ({
  id,
  capacity,
  weight: 1,
  labels: {},
  ...more,
});

export const policyOf = (capacities: Record<string, number>, more: Partial<PoolPolicy> = {}): PoolPolicy => ({
  strategy: 'least-loaded',
  ttlMs: TTL_MS,
  resources: Object.entries(capacities).map(([id, capacity]) => facts(id, capacity)),
  ...more,
});

export const poolOf = (capacities: Record<string, number>, more: Partial<PoolPolicy> = {}): PoolState =>
  createPool(policyOf(capacities, more), MARK, 0);

export const want = (count: number, more: Partial<Want> = {}) => ({ want: { priority: 3, ...more }, count });

/** One turn of a session; it reports only what is given. */
export function turn(state: PoolState, session: string, number: number, more: Partial<Sync> = {}, now = 0): PoolNews {
  const sync: Sync = {
    worker: `worker of ${session}`,
    session,
    turn: number,
    seen: 0,
    held: {},
    wants: [],
    done: {},
    spent: 0,
    throttled: [],
    health: [],
    config: MARK,
    ...more,
  };
  return takeTurn(state, sync, { now, random: () => 0 });
}

/** How many leases of each resource are granted. */
export function granted({ grants }: Pick<PoolNews, 'grants'>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { resource, count } of grants) counts[resource] = (counts[resource] ?? 0) + count;
  return counts;
}
