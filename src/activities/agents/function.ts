import { AgentSettings, type Agent, type AgentContext, type AgentSchema } from '../../domain/agent.js';
import { parseSettings } from './definition.js';

export interface FunctionAgentOptions<I, O> extends AgentSettings {
  readonly input?: AgentSchema<I> | undefined;
  readonly output?: AgentSchema<O> | undefined;
  run(this: void, input: I, context: AgentContext): O | Promise<O>;
}

/** An agent that is a function of this process. Throws an `AgentDefinitionError` if its settings are wrong. */
export function functionAgent<I = unknown, O = unknown>(options: FunctionAgentOptions<I, O>): Agent<I, O> {
  const { input, output, run, ...settings } = options;
  return {
    ...parseSettings(AgentSettings, settings),
    kind: 'function',
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    run: async (given, context) => run(given, context),
  };
}
