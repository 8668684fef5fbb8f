// Puts secrets in place of the references in the input of a call, immediately before the call.
import { referencesIn, replaceReferences } from '../../domain/secret.js';
import { formatPath } from '../../domain/problem.js';
import { AgentError } from '../errors/agent-error.js';
import type { RegisteredAgent } from '../agents/registry.js';
import type { CallSecrets } from './call-secrets.js';

/** The input parsed by the agent's schema, with the values of its secrets. Throws `InvalidInput`, or what `read` throws. */
export async function resolveInput(
  { agent, checkInput }: RegisteredAgent,
  input: unknown,
  secrets: CallSecrets,
): Promise<unknown> {
  const values = new Map<string, string>();
  for (const { path, name } of referencesIn(input)) {
    const where = `agent ${JSON.stringify(agent.type)}: ${formatPath(['input', ...path])}`;
    values.set(name, values.get(name) ?? (await secrets.read({ $secret: name }, where)));
  }
  const checked = checkInput(replaceReferences(input, (name) => values.get(name)));
  if (checked.ok) return checked.value;
  // The problems may show parts of the values. Those that have another cause were found before, when the references were in place.
  const names = [...values.keys()].join(', ');
  throw new AgentError(
    `agent ${JSON.stringify(agent.type)}: input: does not fit the agent's schema with the values of its secrets (${names}), which are not shown; check their values against the schema`,
    { type: 'InvalidInput' },
  );
}
