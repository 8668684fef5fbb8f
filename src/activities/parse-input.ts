import { AgentError } from './agent-error.js';
import type { RegisteredAgent } from './registry.js';

/** The input as the agent's schema makes it (defaults and all); throws `InvalidInput`. */
export function parseInput({ agent, checkInput }: RegisteredAgent, input: unknown): unknown {
  const checked = checkInput(input);
  if (checked.ok) return checked.value;
  throw new AgentError(`agent ${JSON.stringify(agent.type)}: ${checked.problems.join('; ')}`, {
    type: 'InvalidInput',
    details: { problems: checked.problems },
  });
}
