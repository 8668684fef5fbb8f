// The version of an agent that is described by data: a hash of its settings, so that a changed agent is another agent to the cache
// and to a run that reuses old outputs.
import { AgentSettings, type AgentSchema } from '../../domain/agent/agent.js';
import { jsonSchemaOf } from '../../json-schema.js';
import { sha256 } from '../recall/sha256.js';

/** Hexadecimal digits; enough to tell apart all versions that an agent will ever have. */
const VERSION_DIGITS = 12;

interface Schemas {
  readonly input?: AgentSchema | undefined;
  readonly output?: AgentSchema | undefined;
}

/**
 * The version that the settings declare, or a hash of all settings that decide what the agent answers. Not hashed: the settings
 * that every agent has (its timeout and the like), and the API key.
 */
export function agentVersion(
  settings: Readonly<Record<string, unknown>> & Pick<AgentSettings, 'version'>,
  schemas: Schemas = {},
): string {
  const isOwn = ([key]: [string, unknown]): boolean => !Object.hasOwn(AgentSettings.shape, key) && key !== 'apiKey';
  const own = Object.fromEntries(Object.entries(settings).filter(isOwn));
  const schemaOf = (side: keyof Schemas) => (schemas[side] === undefined ? null : jsonSchemaOf(schemas[side], side));
  const described = [own, schemaOf('input'), schemaOf('output')];
  return settings.version ?? sha256(described).slice(0, VERSION_DIGITS);
}

/** Tells settings that all workers should share from other settings. */
export const policyHash = (policy: object): string => sha256(policy).slice(0, VERSION_DIGITS);
