// The text of a plan file, or why there is none: said before anything is read that would take long.
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { InvalidPlanError } from '../domain/parse-plan.js';
import { problem } from '../domain/problem.js';

/** YAML of a plan of the largest size, with as much again for comments and indentation; it parses in some seconds. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;
const CODE = /\.[cm]?[jt]sx?$/i;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
};

export async function readText(file: string): Promise<string> {
  if (CODE.test(file)) {
    throw unreadable(file, 'expected YAML or JSON, got a module', 'import it, and start its plan by the client');
  }
  const bytes = await readBytes(file);
  const text = decode(bytes);
  if (text === undefined) throw unreadable(file, 'expected text in UTF-8, got other bytes');
  return text;
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    const about = await stat(file);
    if (about.isDirectory()) throw unreadable(file, 'expected a file, got a directory');
    // Opening a pipe waits until somebody writes to it.
    if (!about.isFile()) throw unreadable(file, 'expected a file, got a pipe or a device');
    if (about.size > MAX_FILE_BYTES) throw tooLarge(file, about.size);
    return await readFile(file);
  } catch (error) {
    if (error instanceof InvalidPlanError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw unreadable(file, `cannot be read: ${REASONS[code] ?? (code || String(error))}`);
  }
}

function decode(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    // A byte order mark is left out.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const unreadable = (file: string, message: string, hint?: string): InvalidPlanError =>
  new InvalidPlanError([problem('plan.unreadable', [], `${path.normalize(file)}: ${message}`, hint)]);

const tooLarge = (file: string, size: number): InvalidPlanError => {
  const mib = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  const message = `${path.normalize(file)}: expected at most ${mib(MAX_FILE_BYTES)}, got ${mib(size)}`;
  return new InvalidPlanError([problem('plan.too-large', [], message)]);
};
