// A configuration as data: YAML 1.2 or JSON, read in the same way as plans.
import { readFile } from 'node:fs/promises';
import { InvalidPlanError } from '../domain/plan/parse.js';
import { parseText } from '../plan-file/parse-text.js';
import { withoutMark } from '../domain/json/read-json.js';
import { decodeText, EncodingError } from '../domain/text/decode.js';
import { systemCodeOf } from '../system/system-error.js';
import { ConfigError } from './error.js';

/** Far above the size of any configuration: a larger file is taken for a mistake. */
const MAX_BYTES = 1024 * 1024;

export async function readDataConfig(path: string, name: string): Promise<unknown> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new ConfigError([`${name}: cannot be read (${systemCodeOf(error) ?? String(error)})`]);
  });
  if (bytes.length > MAX_BYTES) throw new ConfigError([`${name}: expected at most 1 MiB, got ${bytes.length} bytes`]);
  if (bytes.includes(0)) throw new ConfigError([`${name}: expected text, got a binary file`]);
  try {
    return parseText(withoutMark(decodeText(bytes)), { file: name, noun: 'configuration' });
  } catch (error) {
    if (error instanceof EncodingError) throw new ConfigError([`${name}: ${error.message}`]);
    if (error instanceof InvalidPlanError) throw new ConfigError(error.problems.map(({ message }) => message));
    throw error;
  }
}
