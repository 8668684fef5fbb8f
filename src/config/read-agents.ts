// Reads the agents of a configuration: objects made in code, or data.
import { AgentDefinitionError } from '../activities/agents/definition.js';
import { agentFromData } from '../activities/agents/index.js';
import { createRegistry } from '../activities/agents/registry.js';
import { AgentSettings, type Agent } from '../domain/agent/agent.js';
import { shown } from '../domain/problem.js';
import { ConfigError } from './error.js';
import { withAbsoluteCwd } from './resolve-cwd.js';

export interface ConfigLocation {
  /** The name of the file, for messages. */
  readonly name: string;
  /** The directory of the file: relative paths start here, and commands without a directory run here. */
  readonly directory: string;
}

/** Throws a ConfigError with the problems of all agents. */
export function readAgents(entries: readonly unknown[], { name, directory }: ConfigLocation): Agent[] {
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
    const agent = collect(`agents[${index}]: `, () => agentFromData(withAbsoluteCwd(asData(entry), directory)));
    return agent === undefined ? [] : [agent];
  });
  collect('', () => createRegistry(agents));
  if (problems.length > 0) throw new ConfigError(problems);
  return agents;
}

/** True for the result of `functionAgent` and similar functions. */
function isAgent(entry: unknown): entry is Agent {
  if (typeof entry !== 'object' || entry === null || !('run' in entry) || typeof entry.run !== 'function') return false;
  return 'kind' in entry && typeof entry.kind === 'string' && AgentSettings.shape.type.safeParse(typeOf(entry)).success;
}

const typeOf = (entry: object): unknown => ('type' in entry ? entry.type : undefined);

function asData(entry: unknown): object {
  if (typeof entry === 'object' && entry !== null && !Array.isArray(entry)) return entry;
  throw new AgentDefinitionError([
    `expected an agent, got ${typeof entry === 'function' ? 'a function' : shown(entry)}`,
  ]);
}
