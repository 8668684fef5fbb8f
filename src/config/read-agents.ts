// The agents of a configuration: made in code, or described as data.
import { resolve } from 'node:path';
import { AgentDefinitionError } from '../activities/agents/definition.js';
import { agentFromData } from '../activities/agents/index.js';
import { createRegistry } from '../activities/registry.js';
import { AgentSettings, type Agent } from '../domain/agent.js';
import { got } from '../domain/problem.js';
import { ConfigError } from './error.js';

export interface AgentsPlace {
  /** The file, as messages name it. */
  readonly name: string;
  /** Where commands run that name no directory, and what relative ones start from. */
  readonly directory: string;
}

/** Throws a ConfigError with all that is wrong with any of them. */
export function readAgents(entries: readonly unknown[], { name, directory }: AgentsPlace): Agent[] {
  const problems: string[] = [];
  const collect = <T>(where: string, make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof AgentDefinitionError)) throw error;
      problems.push(...error.problems.map((line) => `${name}: ${where}${line}`));
      return undefined;
    }
  };
  const agents = entries.flatMap((entry, index) => {
    if (isAgent(entry)) return [entry];
    const agent = collect(`agents[${index}]: `, () => agentFromData(placed(asData(entry), directory)));
    return agent === undefined ? [] : [agent];
  });
  collect('', () => createRegistry(agents));
  if (problems.length > 0) throw new ConfigError(problems);
  return agents;
}

/** What `functionAgent` and the like return. */
function isAgent(entry: unknown): entry is Agent {
  if (typeof entry !== 'object' || entry === null || !('run' in entry) || typeof entry.run !== 'function') return false;
  return 'kind' in entry && typeof entry.kind === 'string' && AgentSettings.shape.type.safeParse(typeOf(entry)).success;
}

const typeOf = (entry: object): unknown => ('type' in entry ? entry.type : undefined);

function asData(entry: unknown): object {
  if (typeof entry === 'object' && entry !== null && !Array.isArray(entry)) return entry;
  throw new AgentDefinitionError([`expected an agent, got ${typeof entry === 'function' ? 'a function' : got(entry)}`]);
}

/** Commands of a data file run where it lies, those of health checks too. */
export function placed(data: object, directory: string): object {
  const { health } = { health: undefined, ...data };
  const checked = isObject(health) ? { ...data, health: placed(health, directory) } : data;
  if (!('command' in checked)) return checked;
  const cwd = 'cwd' in checked ? checked.cwd : '.';
  return typeof cwd === 'string' ? { ...checked, cwd: resolve(directory, cwd) } : checked;
}

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
