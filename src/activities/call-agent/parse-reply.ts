import { AgentError } from '../errors/agent-error.js';
import { defined } from '../../domain/json/defined.js';
import { referencesIn } from '../../domain/secret.js';
import { formatPath } from '../../domain/problem.js';
import { jsonText } from '../errors/json-text.js';
import type { RegisteredAgent } from '../agents/registry.js';

export interface ParsedReply {
  readonly output: unknown;
  /** The JSON of a long output, in UTF-8. */
  readonly encoded?: Uint8Array;
}

/**
 * Parses the reply of an agent by its schema. The output is JSON that fits into a payload. Throws `InvalidOutput` or
 * `OutputTooLarge`.
 */
export function parseReply({ agent, checkOutput }: RegisteredAgent, reply: unknown, limit: number): ParsedReply {
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
  // Checked here, because Temporal would retry an output that is too large for a payload for ever.
  if (json.bytes > limit) {
    throw new AgentError(
      `${name}: output: expected at most ${limit} bytes of JSON, got ${json.bytes}; let the agent answer with a reference to the data`,
      { type: 'OutputTooLarge', details: { bytes: json.bytes, limit } },
    );
  }
  if (json.text.includes('"$secret"')) refuseReferences(name, JSON.parse(json.text));
  return { output: checked.value ?? null, ...defined({ encoded: json.encoded }) };
}

/**
 * Only people name secrets, in plans and in the inputs of runs. If answers could, a service that is called twice could request any
 * secret that the worker allows: its first answer would become the input of the second call.
 */
function refuseReferences(name: string, output: unknown): void {
  const [first] = referencesIn(output);
  if (first === undefined) return;
  throw new AgentError(
    `${name}: ${formatPath(['output', ...first.path])}: expected data, got a reference to a secret (an object whose only key is "$secret"); only plans and inputs of runs may refer to secrets`,
    { type: 'InvalidOutput' },
  );
}
