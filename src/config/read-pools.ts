import type { Agent } from '../domain/agent/agent.js';
import type { PoolSettings } from '../domain/pool/settings.js';
import { parsePools, PoolDefinitionError } from '../domain/pool/definition.js';
import { ConfigError } from './error.js';
import { isObject, withAbsoluteCwd } from './resolve-cwd.js';
import type { ConfigLocation } from './read-agents.js';

/** Throws a ConfigError with the problems of all pools, and of the agents' references to them. */
export function readPools(
  entries: readonly unknown[],
  agents: readonly Agent[],
  { name, directory }: ConfigLocation,
): PoolSettings[] {
  try {
    return parsePools(
      entries.map((entry) => withResolvedHealth(entry, directory)),
      agents,
    );
  } catch (error) {
    if (!(error instanceof PoolDefinitionError)) throw error;
    throw new ConfigError(error.problems.map((line) => `${name}: ${line}`));
  }
}

/** Leaves a value that is not a pool unchanged: `parsePools` rejects it. */
function withResolvedHealth(entry: unknown, directory: string): unknown {
  if (!isObject(entry) || !('resources' in entry) || !Array.isArray(entry.resources)) return entry;
  const resources = entry.resources.map((one: unknown) => (isObject(one) ? withAbsoluteCwd(one, directory) : one));
  return { ...entry, resources };
}
