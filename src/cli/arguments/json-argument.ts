// A JSON value on the command line: JSON text, or `@FILE`, a file with JSON; `@-` reads stdin.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { decodeText } from '../../domain/text/decode.js';
import { visibleName } from '../../domain/text/visible.js';
import { BigNumberError, readJson, withoutMark } from '../../domain/json/read-json.js';
import { syntaxPlace } from '../../domain/json/syntax-place.js';
import { shown, withHint } from '../../domain/problem.js';
import { nearFile } from '../../plan-file/near-file.js';
import { systemCodeOf } from '../../system/system-error.js';
import { UsageError } from '../terminal/errors.js';

/** Throws UsageError. */
export async function readJsonArgument(option: string, value: string, cwd: string): Promise<unknown> {
  if (!value.startsWith('@')) return parse(option, value, option);
  const file = value.slice(1);
  if (file === '') throw new UsageError([`${option}: expected JSON or @FILE, got "@" without a file`]);
  const name = file === '-' ? 'stdin' : visibleName(file);
  const bytes = await (file === '-' ? buffer(process.stdin) : readBytes(option, resolve(cwd, file), name));
  const where = `${option} ${name}`;
  return parse(option, decode(bytes, where), where);
}

async function readBytes(option: string, path: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = systemCodeOf(error);
    const reason =
      code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'it is a directory' : (code ?? String(error));
    throw new UsageError([
      withHint(`${option}: cannot read ${name}: ${reason}`, code === 'ENOENT' ? await nearFile(path) : undefined),
    ]);
  }
}

function decode(bytes: Uint8Array, where: string): string {
  try {
    return decodeText(bytes);
  } catch (error) {
    throw new UsageError([`${where}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

function parse(option: string, content: string, where: string): unknown {
  const text = withoutMark(content).trim();
  if (text === '') throw new UsageError([`${where}: expected JSON, got nothing`]);
  try {
    return readJson(withoutMark(content));
  } catch (error) {
    if (error instanceof BigNumberError) throw new UsageError([`${where}: ${error.message}`]);
    const hint = where === option && /^[\w./-]+\.json$/.test(text) ? `; to read a file, write @${text}` : '';
    throw new UsageError([`${where}: expected JSON, got ${shown(text)}${syntaxPlace(content)}${hint}`]);
  }
}
