import { AgentError } from '../errors/agent-error.js';
import type { RegisteredAgent } from '../agents/registry.js';

/**
 * Parses the input of a call by the agent's schema, which may add defaults. References to secrets count as text and stay: an input
 * with references is parsed again when they are replaced. Throws `InvalidInput`.
 */
export function parseInput({ agent, acceptInput }: RegisteredAgent, input: unknown): unknown {
  const checked = acceptInput(input);
  if (checked.ok) return checked.value;
  throw new AgentError(`agent ${JSON.stringify(agent.type)}: ${checked.problems.join('; ')}`, {
    type: 'InvalidInput',
    details: { problems: checked.problems },
  });
}
