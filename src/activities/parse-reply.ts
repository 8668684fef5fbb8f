import { MAX_VALUE_BYTES } from '../domain/call.js';
import { AgentError } from './agent-error.js';
import { jsonText } from './json-value.js';
import type { RegisteredAgent } from './registry.js';

/** The output as the agent's schema makes it, known to be JSON that fits a payload. */
export function parseReply({ agent, checkOutput }: RegisteredAgent, reply: unknown): unknown {
  const name = `agent ${JSON.stringify(agent.type)}`;
  const checked = checkOutput(reply);
  if (!checked.ok) {
    throw new AgentError(`${name}: ${checked.problems.join('; ')}`, {
      type: 'InvalidOutput',
      details: { problems: checked.problems },
    });
  }
  const json = jsonText(checked.value, 'output');
  if (!json.ok) throw new AgentError(`${name}: ${json.problem}`, { type: 'InvalidOutput' });
  // Checked here because Temporal retries what is too large for a payload, for ever.
  if (json.bytes > MAX_VALUE_BYTES) {
    throw new AgentError(
      `${name}: output: expected at most ${MAX_VALUE_BYTES} bytes of JSON, got ${json.bytes}; answer with a reference to where it is`,
      { type: 'OutputTooLarge', details: { bytes: json.bytes, limit: MAX_VALUE_BYTES } },
    );
  }
  return checked.value ?? null;
}
