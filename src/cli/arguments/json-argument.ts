// A JSON value on the command line: JSON text, or `@FILE`, a file with JSON; `@-` reads stdin.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { visibleName } from '../../domain/text/visible.js';
import { shown } from '../../domain/problem.js';
import { systemCodeOf } from '../../system/system-error.js';
import { UsageError } from '../terminal/errors.js';

/** Throws UsageError. */
export async function readJsonArgument(option: string, value: string, cwd: string): Promise<unknown> {
  if (!value.startsWith('@')) return parse(option, value, option);
  const file = value.slice(1);
  if (file === '') throw new UsageError([`${option}: expected JSON or @FILE, got "@" without a file`]);
  const name = file === '-' ? 'stdin' : visibleName(file);
  const content = await (file === '-' ? text(process.stdin) : readText(option, resolve(cwd, file), name));
  return parse(option, content, `${option} ${name}`);
}

async function readText(option: string, path: string, name: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = systemCodeOf(error);
    const reason =
      code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'it is a directory' : (code ?? String(error));
    throw new UsageError([`${option}: cannot read ${name}: ${reason}`]);
  }
}

function parse(option: string, content: string, where: string): unknown {
  const trimmed = content.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') throw new UsageError([`${where}: expected JSON, got nothing`]);
  try {
    return JSON.parse(trimmed);
  } catch (error) {
    // Node's own message repeats the text at length, and differs between versions: only the position is used.
    const position = error instanceof Error ? positionOf(error.message, trimmed) : '';
    const hint = where === option && /^[\w./-]+\.json$/.test(trimmed) ? `; to read a file, write @${trimmed}` : '';
    throw new UsageError([`${where}: expected JSON, got ${shown(trimmed)}${position}${hint}`]);
  }
}

function positionOf(message: string, content: string): string {
  const offset = /position (\d+)/.exec(message)?.[1];
  if (offset === undefined) return '';
  const before = content.slice(0, Number(offset)).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1) ?? '').length + 1})`;
}
