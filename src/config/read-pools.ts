import type { Agent } from '../domain/agent.js';
import type { PoolSettings } from '../domain/pool/settings.js';
import { parsePools, PoolDefinitionError } from '../guards/pool/definition.js';
import { ConfigError } from './error.js';
import type { AgentsPlace } from './read-agents.js';

/** Throws a ConfigError with all that is wrong with any of them, and with what agents say of them. */
export function readPools(
  entries: readonly unknown[],
  agents: readonly Agent[],
  { name }: Pick<AgentsPlace, 'name'>,
): PoolSettings[] {
  try {
    return parsePools(entries, agents);
  } catch (error) {
    if (!(error instanceof PoolDefinitionError)) throw error;
    throw new ConfigError(error.problems.map((line) => `${name}: ${line}`));
  }
}
