// What a call needs and nobody may see. It stands in the environment of the worker, so that it is in no plan, file or
// history; it is read when the call is made, and never printed.
import { AgentError } from '../agent-error.js';

/** Field values of RFC 9110, without control characters. */
export const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export interface SecretPlace {
  /** What it is for, as the message begins: `header "x-key"`. */
  readonly what: string;
  readonly variable: string;
  readonly environment: NodeJS.ProcessEnv;
  /** What to do about one that is missing. */
  readonly hint?: string;
}

/** Throws `AgentRefused`, naming the variable and not its value, if it is missing or no header could hold it. */
export function readSecret({ what, variable, environment, hint }: SecretPlace): string {
  const secret = environment[variable];
  const unusable = (why: string) =>
    new AgentError(`${what}: the environment variable ${JSON.stringify(variable)} of the worker ${why}`, {
      type: 'AgentRefused',
    });
  if (secret === undefined || secret === '') throw unusable(hint === undefined ? 'is not set' : `is not set; ${hint}`);
  if (!HEADER_VALUE.test(secret)) throw unusable('holds a character that a header may not');
  return secret;
}

/** Takes every one of the secrets out of a text. */
export const redacting =
  (secrets: readonly string[]): ((text: string) => string) =>
  (text) =>
    secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
