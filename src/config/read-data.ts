// A configuration as data: YAML 1.2, of which JSON is a part.
import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import { systemCodeOf } from '../server/unreachable.js';
import { ConfigError } from './error.js';

/** Far above any list of agents; what is larger is another file. */
const MAX_BYTES = 1024 * 1024;

export async function readDataConfig(path: string, name: string): Promise<unknown> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new ConfigError([`${name}: cannot be read (${systemCodeOf(error) ?? String(error)})`]);
  });
  if (bytes.length > MAX_BYTES) throw new ConfigError([`${name}: expected at most 1 MiB, got ${bytes.length} bytes`]);
  if (bytes.includes(0)) throw new ConfigError([`${name}: expected text, got a binary file`]);
  const lines = new LineCounter();
  const document = parseDocument(bytes.toString('utf8'), { lineCounter: lines, prettyErrors: false });
  const problems = document.errors.map(({ pos, message }) => {
    const { line, col } = lines.linePos(pos[0]);
    return `${name}:${line}:${col}: ${message.split('\n', 1)[0]}`;
  });
  if (problems.length > 0) throw new ConfigError(problems);
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new ConfigError([`${name}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}
