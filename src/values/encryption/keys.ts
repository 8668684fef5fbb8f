// Reads the keys of the setting `encryption`, from the environment or from files.
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { ProblemsError } from '../../domain/problems-error.js';
import type { EncryptionSettings } from './settings.js';

export interface EncryptionKey {
  readonly id: string;
  readonly encryption: KeyObject;
  /** For the nonces of large values; it is independent of the key that encrypts. */
  readonly nonce: KeyObject;
}

/** The setting `encryption` cannot be used. One line for each key. */
export class EncryptionKeyError extends ProblemsError {
  override readonly name = 'EncryptionKeyError';
}

const KEY_BYTES = 32;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const HOW_TO_MAKE = 'make a key with: openssl rand -base64 32';

/** The permission to read of the group and of others. */
const READ_BY_OTHERS = 0o044;

/** In the order of the settings. Throws EncryptionKeyError, which lists the problems of all keys. */
export async function readKeys(
  { keys }: EncryptionSettings,
  env: NodeJS.ProcessEnv = process.env,
): Promise<EncryptionKey[]> {
  const problems = duplicates(keys.map(({ id }) => id));
  const read: EncryptionKey[] = [];
  for (const [index, { id, key }] of keys.entries()) {
    const place = `encryption.keys[${index}] (${JSON.stringify(id)})`;
    try {
      const text = 'env' in key ? textOfVariable(key.env, env) : await textOfFile(key.file);
      read.push(deriveKeys(id, bytesOf(text)));
    } catch (error) {
      problems.push(`${place}: ${(error as Error).message}`);
    }
  }
  if (problems.length > 0) throw new EncryptionKeyError(problems);
  return read;
}

const duplicates = (ids: readonly string[]): string[] =>
  ids.flatMap((id, index) => {
    const first = ids.indexOf(id);
    return first === index
      ? []
      : [`encryption.keys[${index}]: expected an id of its own, got ${JSON.stringify(id)}, the id of keys[${first}]`];
  });

function textOfVariable(name: string, env: NodeJS.ProcessEnv): string {
  const text = env[name];
  if (text === undefined) throw new Error(`expected a key in the environment variable ${name}, which is not set`);
  return text;
}

async function textOfFile(path: string): Promise<string> {
  try {
    const { mode } = await stat(path);
    if ((mode & READ_BY_OTHERS) !== 0) {
      process.emitWarning(`${path}: other users of this machine can read this key; run: chmod 600 ${path}`);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`expected a key in a file that can be read: ${(error as Error).message}`, { cause: error });
  }
}

/** No message contains a part of the text: it may be a key. */
function bytesOf(text: string): Buffer {
  const trimmed = text.trim();
  if (!BASE64.test(trimmed)) {
    const got = trimmed === '' ? 'nothing' : 'text that is not base64';
    throw new Error(`expected ${KEY_BYTES} bytes in base64, got ${got}; ${HOW_TO_MAKE}`);
  }
  const bytes = Buffer.from(trimmed, 'base64');
  if (bytes.length === KEY_BYTES) return bytes;
  throw new Error(`expected ${KEY_BYTES} bytes in base64, got ${bytes.length} bytes; ${HOW_TO_MAKE}`);
}

/** HKDF (RFC 5869): one secret makes independent keys for each purpose. The names are part of the format of stored values. */
function deriveKeys(id: string, secret: Buffer): EncryptionKey {
  const derive = (purpose: string) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `baton/1/${purpose}`, 32)));
  return { id, encryption: derive('encryption'), nonce: derive('nonce') };
}
