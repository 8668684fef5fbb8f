import type { Agent } from '../domain/agent.js';
import type { PoolSettings } from '../domain/pool/settings.js';
import { parsePools, PoolDefinitionError } from '../guards/pool/definition.js';
import { ConfigError } from './error.js';
import { isObject, placed } from './placed.js';
import type { AgentsPlace } from './read-agents.js';

/** Throws a ConfigError with all that is wrong with any of them, and with what agents say of them. */
export function readPools(
  entries: readonly unknown[],
  agents: readonly Agent[],
  { name, directory }: AgentsPlace,
): PoolSettings[] {
  try {
    return parsePools(
      entries.map((entry) => withPlacedHealth(entry, directory)),
      agents,
    );
  } catch (error) {
    if (!(error instanceof PoolDefinitionError)) throw error;
    throw new ConfigError(error.problems.map((line) => `${name}: ${line}`));
  }
}

/** What is no pool is left as it is, to be refused. */
function withPlacedHealth(entry: unknown, directory: string): unknown {
  if (!isObject(entry) || !('resources' in entry) || !Array.isArray(entry.resources)) return entry;
  const resources = entry.resources.map((one: unknown) => (isObject(one) ? placed(one, directory) : one));
  return { ...entry, resources };
}
