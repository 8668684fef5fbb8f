// Programs on this machine: whether a file can be executed, and where a program is on PATH.
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { systemCodeOf } from './system-error.js';

/** `undefined` if the file can be executed; else the reason why it cannot. */
export async function whyNotExecutable(path: string): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isFile()) return 'not a file';
    await access(path, constants.X_OK);
    return undefined;
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'no such file';
    return code === 'EACCES' ? 'not executable' : String(code);
  }
}

/** The first program of this name on PATH. An empty entry, which a shell reads as the current directory, is skipped. */
export async function findOnPath(program: string): Promise<string | undefined> {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, program);
    if (directory !== '' && (await whyNotExecutable(path)) === undefined) return path;
  }
  return undefined;
}
