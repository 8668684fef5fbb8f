// Secrets in the settings of agents. A setting names a secret; its value is read when the call is made, and never printed.
import type { AgentContext } from '../../domain/agent/agent.js';
import { sourceOf, type SecretSource } from '../../domain/secret.js';
import { AgentError } from '../errors/agent-error.js';

/** Field values of RFC 9110, without control characters. */
export const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A secret for a header. `what` is what it is for; error messages begin with it: `header "x-key"`. */
export async function readHeaderSecret(
  { secret }: Pick<AgentContext, 'secret'>,
  setting: SecretSource,
  what: string,
  hint?: string,
): Promise<string> {
  const value = await secret(sourceOf(setting), what, hint);
  if (HEADER_VALUE.test(value)) return value;
  throw new AgentError(`${what}: ${describeSource(setting)} holds a character that is not allowed in a header`, {
    type: 'AgentRefused',
  });
}

/** `the environment variable "X" of the worker`, or `secret "X"`. */
export const describeSource = (source: SecretSource): string =>
  'env' in source
    ? `the environment variable ${JSON.stringify(source.env)} of the worker`
    : `secret ${JSON.stringify(source.$secret)}`;
