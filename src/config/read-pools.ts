import type { Agent } from '../domain/agent.js';
import type { PoolSettings } from '../domain/pool/settings.js';
import { parsePools, PoolDefinitionError } from '../guards/pool/definition.js';
import { ConfigError } from './error.js';
import { isObject, placed, type AgentsPlace } from './read-agents.js';

/** Throws a ConfigError with all that is wrong with any of them, and with what agents say of them. */
export function readPools(
  entries: readonly unknown[],
  agents: readonly Agent[],
  { name, directory }: AgentsPlace,
): PoolSettings[] {
  try {
    return parsePools(
      entries.map((pool) => withPlacedChecks(pool, directory)),
      agents,
    );
  } catch (error) {
    if (!(error instanceof PoolDefinitionError)) throw error;
    throw new ConfigError(error.problems.map((line) => `${name}: ${line}`));
  }
}

function withPlacedChecks(pool: unknown, directory: string): unknown {
  if (!isObject(pool) || !('resources' in pool) || !Array.isArray(pool.resources)) return pool;
  const resources = pool.resources.map((one: unknown) => (isObject(one) ? placed(one, directory) : one));
  return { ...pool, resources };
}
