// An agent that is a function.
import { defined } from '../../domain/json/defined.js';
import { AgentSettings, type Agent, type AgentContext, type AgentSchema } from '../../domain/agent/agent.js';
import { shown } from '../../domain/problem.js';
import { AgentDefinitionError, agentName, parseSettings } from './definition.js';

export interface FunctionAgentOptions<I, O> extends AgentSettings {
  readonly input?: AgentSchema<I> | undefined;
  readonly output?: AgentSchema<O> | undefined;
  run(this: void, input: I, context: AgentContext): O | Promise<O>;
}

/** Makes an agent of a function, which runs in the worker's process. Throws an `AgentDefinitionError` if the settings are wrong. */
export function functionAgent<I = unknown, O = unknown>(options: FunctionAgentOptions<I, O>): Agent<I, O> {
  const { input, output, run, ...settings } = options;
  if (typeof run !== 'function')
    throw new AgentDefinitionError([`${agentName(options)}: run: expected a function, got ${shown(run)}`]);
  return {
    ...parseSettings(AgentSettings, settings),
    kind: 'function',
    ...defined({ input, output }),
    run: async (given, context) => run(given, context),
  };
}
