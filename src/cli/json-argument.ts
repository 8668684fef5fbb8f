// A value on the command line: JSON itself, or `@FILE` that holds it; `@-` reads stdin.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { got } from '../domain/problem.js';
import { systemCodeOf } from '../server/unreachable.js';
import { UsageError } from './refusal.js';

/** Throws UsageError. */
export async function readJsonArgument(option: string, value: string, cwd: string): Promise<unknown> {
  if (!value.startsWith('@')) return parse(option, value, option);
  const file = value.slice(1);
  if (file === '') throw new UsageError([`${option}: expected JSON or @FILE, got "@" without a file`]);
  const name = file === '-' ? 'stdin' : file;
  const content = await (file === '-' ? text(process.stdin) : readText(option, resolve(cwd, file), file));
  return parse(option, content, `${option} ${name}`);
}

async function readText(option: string, path: string, name: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = systemCodeOf(error);
    const reason =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a directory' : (code ?? String(error));
    throw new UsageError([`${option}: cannot read ${name}: ${reason}`]);
  }
}

function parse(option: string, content: string, where: string): unknown {
  const trimmed = content.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') throw new UsageError([`${where}: expected JSON, got nothing`]);
  try {
    return JSON.parse(trimmed);
  } catch (error) {
    // Node's own message repeats what came, at length, and is worded differently by each version.
    const place = error instanceof Error ? placeOf(error.message, trimmed) : '';
    const hint = where === option && /^[\w./-]+\.json$/.test(trimmed) ? `; a file is written @${trimmed}` : '';
    throw new UsageError([`${where}: expected JSON, got ${got(trimmed)}${place}${hint}`]);
  }
}

function placeOf(message: string, content: string): string {
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined) return '';
  const before = content.slice(0, Number(position)).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1) ?? '').length + 1})`;
}
