// The handle on a pool that is named.
import type { Client } from '@temporalio/client';
import type { Agent } from '../domain/agent/agent.js';
import { guardAddress } from '../domain/guard-address.js';
import { ownPools } from '../domain/pool/agent-pool.js';
import type { PoolSettings } from '../domain/pool/settings.js';
import { didYouMean } from '../domain/problem.js';
import { namedAddress } from './breakers.js';
import { PoolHandle } from './pool-handle.js';

export interface KnownPools {
  readonly agents?: readonly Agent[] | undefined;
  readonly pools?: readonly PoolSettings[];
  readonly project: string;
}

export interface PoolName {
  readonly name: string;
  readonly project?: string;
  readonly taskQueue?: string;
}

/** In the project or on the Task Queue that are given, else where the settings of the pool say. */
export function poolOf(
  client: Client,
  { agents = [], pools = [], project }: KnownPools,
  { name, ...where }: PoolName,
): PoolHandle {
  const known = [...pools, ...ownPools(agents)];
  const settings = known.find((pool) => pool.name === name);
  const named = namedAddress(where);
  const place = named ?? guardAddress(project, settings?.taskQueue);
  const isAnywhere = settings === undefined && named === undefined;
  const names = known.map((pool) => pool.name);
  const hint = settings === undefined ? didYouMean(name, names) : undefined;
  return new PoolHandle(client, { name, settings, place, isAnywhere, hint });
}
