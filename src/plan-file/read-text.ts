// Reads the text of a plan file. Reports a file that cannot be a plan before reading it.
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { InvalidPlanError } from '../domain/plan/parse.js';
import { withoutMark } from '../domain/json/read-json.js';
import { problem } from '../domain/problem.js';
import { decodeText } from '../domain/text/decode.js';
import { visibleName } from '../domain/text/visible.js';
import { nearFile } from './near-file.js';

/** Twice the size of the largest plan (with storage), because of indentation. YAML has a lower limit of its own. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;
const CODE = /\.[cm]?[jt]sx?$/i;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  ELOOP: 'its links form a circle',
  ENAMETOOLONG: 'the name is too long',
};

export async function readText(file: string): Promise<string> {
  if (CODE.test(file)) {
    throw unreadable(file, 'expected YAML or JSON, got a module', 'import it, and start its plan with the client');
  }
  const bytes = await readBytes(file);
  if (bytes.includes(0)) throw unreadable(file, 'expected text in UTF-8, got other bytes');
  try {
    return withoutMark(decodeText(bytes));
  } catch (error) {
    throw unreadable(file, error instanceof Error ? error.message : String(error));
  }
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    const about = await stat(file);
    if (about.isDirectory()) throw unreadable(file, 'expected a file, got a directory');
    // Opening a pipe would block until another process writes to it.
    if (!about.isFile()) throw unreadable(file, 'expected a file, got a pipe or a device');
    if (about.size > MAX_FILE_BYTES) throw tooLarge(file, about.size);
    return await readFile(file);
  } catch (error) {
    if (error instanceof InvalidPlanError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const hint = code === 'ENOENT' ? await nearFile(file) : undefined;
    throw unreadable(file, `cannot be read: ${REASONS[code] ?? (code || String(error))}`, hint);
  }
}

const unreadable = (file: string, message: string, hint?: string): InvalidPlanError =>
  new InvalidPlanError([problem('plan.unreadable', [], `${visibleName(path.normalize(file))}: ${message}`, hint)]);

const tooLarge = (file: string, size: number): InvalidPlanError => {
  const mib = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  const message = `${visibleName(path.normalize(file))}: expected at most ${mib(MAX_FILE_BYTES)}, got ${mib(size)}`;
  return new InvalidPlanError([problem('plan.too-large', [], message)]);
};
