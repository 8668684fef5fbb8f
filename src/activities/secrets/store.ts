// Where a worker reads its secrets: its environment, or a directory with one file for each. They are read for each call, so that a
// secret can be replaced while the worker runs, and they are kept nowhere else.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SecretName, type SecretSettings, type SecretSource } from '../../domain/secret.js';
import { systemCodeOf } from '../../system/system-error.js';
import { AgentError } from '../errors/agent-error.js';
import { MIN_SECRET_LENGTH } from './patterns.js';

/** Larger than any key or certificate. */
const MAX_BYTES = 64 * 1024;

export interface SecretStore {
  /** `what` begins the message of a failure, which never contains a value. Throws `AgentRefused`, `SecretRefused` or `SecretMissing`. */
  read(this: void, source: SecretSource, what: string, hint?: string): Promise<string>;
}

export function createSecretStore(
  settings: SecretSettings = { allow: [] },
  environment: NodeJS.ProcessEnv = process.env,
): SecretStore {
  const allowed: ReadonlySet<string> = new Set(settings.allow);
  const { from = 'env' } = settings;
  return {
    async read(source, what, hint) {
      if ('env' in source) return readVariable(source.env, what, environment, hint);
      const name = source.$secret;
      if (!allowed.has(name)) throw refused(what, notAllowed(name, allowed.size));
      if (from === 'env') return checked(name, what, readEnvironment(name, what, environment));
      return checked(name, what, await readSecretFile(join(from, name), name, what));
    },
  };
}

/** The reason for which a secret is refused. It does not name the secrets that are allowed: the caller need not know them. */
export function notAllowed(name: string, allowed: number): string {
  if (!SecretName.safeParse(name).success)
    return `expected the name of a secret, got ${JSON.stringify(name.slice(0, 80))}`;
  const list =
    allowed === 0 ? 'this worker allows no secrets' : `it is not one of the ${allowed} secrets that this worker allows`;
  return `secret "${name}": ${list}; add "${name}" to secrets.allow of the configuration, and restart the worker`;
}

const refused = (what: string, message: string): AgentError =>
  new AgentError(`${what}: ${message}`, { type: 'SecretRefused' });

function readEnvironment(name: string, what: string, environment: NodeJS.ProcessEnv): string {
  const value = environment[name];
  if (value !== undefined && value !== '') return value;
  const state = value === undefined ? 'not set' : 'empty';
  throw refused(
    what,
    `secret "${name}": the environment variable of the worker is ${state}; set it where the worker starts`,
  );
}

function checked(name: string, what: string, value: string): string {
  if (value.length >= MIN_SECRET_LENGTH) return value;
  throw refused(
    what,
    `secret "${name}": expected at least ${MIN_SECRET_LENGTH} characters: a shorter value cannot be told from other text; use a longer one, or put it where no secret is needed`,
  );
}

/** The retries of the call may find what is missing: the file may be about to be written. */
const missing = (what: string, name: string, why: string): AgentError =>
  new AgentError(`${what}: secret "${name}": its file ${why}; write it into the directory of secrets.from`, {
    type: 'SecretMissing',
  });

async function readSecretFile(path: string, name: string, what: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    const code = systemCodeOf(error);
    throw missing(what, name, code === 'ENOENT' ? 'is not there' : `cannot be read (${code ?? 'unknown error'})`);
  });
  if (bytes.length > MAX_BYTES)
    throw refused(what, `secret "${name}": expected at most ${MAX_BYTES} bytes, got ${bytes.length}`);
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes))
    throw refused(what, `secret "${name}": expected a file of text in UTF-8, got other bytes`);
  const value = text.replace(/\r?\n$/, '');
  if (value === '') throw missing(what, name, 'is empty');
  return value;
}

/** A variable that the configuration itself names. The message names the variable, not its value. */
function readVariable(variable: string, what: string, environment: NodeJS.ProcessEnv, hint?: string): string {
  const value = environment[variable];
  if (value !== undefined && value !== '') return value;
  const state = hint === undefined ? 'is not set' : `is not set; ${hint}`;
  throw new AgentError(`${what}: the environment variable ${JSON.stringify(variable)} of the worker ${state}`, {
    type: 'AgentRefused',
  });
}
