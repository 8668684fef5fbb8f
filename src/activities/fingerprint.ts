// Whether two things are the same is told from hashes: of a call, and of what an agent is made of.
import { createHash } from 'node:crypto';
import { AgentSettings, type AgentSchema } from '../domain/agent.js';
import { canonicalJson } from '../domain/canonical-json.js';
import { jsonSchemaOf } from '../json-schema.js';

/** What must be the same for an answer to be good for a call. */
export interface AskedCall {
  readonly agent: string;
  readonly version?: string | undefined;
  readonly input: unknown;
}

/** A call of a task in a plan; `suffix` tells the calls of one task apart. */
export const fingerprint = (asked: AskedCall & { readonly task: string; readonly suffix: string }): string =>
  hash([asked.task, asked.suffix, asked.agent, asked.version ?? null, asked.input]);

/** A call, whichever task makes it. Those who share a Task Queue share their agents. */
export const cacheKey = (asked: AskedCall & { readonly taskQueue: string }): string =>
  hash([asked.taskQueue, asked.agent, asked.version ?? null, asked.input]);

/** Twelve digits tell as many versions apart as an agent will ever have. */
const VERSION_DIGITS = 12;

interface Schemas {
  readonly input?: AgentSchema | undefined;
  readonly output?: AgentSchema | undefined;
}

type Made = Readonly<Record<string, unknown>> & Pick<AgentSettings, 'version'>;

/**
 * The version of an agent that is described by data: the one it declares, or a hash of what decides on its answers. What holds
 * for any agent (its timeout and the like) does not, nor does the key by which it gets in.
 */
export function versionOf(settings: Made, schemas: Schemas = {}): string {
  const isOwn = ([key]: [string, unknown]): boolean => !Object.hasOwn(AgentSettings.shape, key) && key !== 'apiKey';
  const own = Object.fromEntries(Object.entries(settings).filter(isOwn));
  const schemaOf = (side: keyof Schemas) => (schemas[side] === undefined ? null : jsonSchemaOf(schemas[side], side));
  const made = [own, schemaOf('input'), schemaOf('output')];
  return settings.version ?? hash(made).slice(0, VERSION_DIGITS);
}

/** Tells settings that all workers should share from others. */
export const policyHash = (policy: object): string => hash(policy).slice(0, VERSION_DIGITS);

const hash = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');
