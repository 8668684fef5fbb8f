import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { systemCodeOf } from './unreachable.js';

const SUFFIX = process.platform === 'win32' ? '.exe' : '';

/** The file name that a program has on this platform. */
export const executableName = (program: string): string => `${program}${SUFFIX}`;

/** `undefined` if the file can be run; else the reason why it cannot. */
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

/** The first program of this name on PATH. */
export async function findOnPath(program: string): Promise<string | undefined> {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    // An empty entry means the current directory to a shell; a program there is never what PATH was meant for.
    if (directory === '') continue;
    const path = join(directory, executableName(program));
    if ((await whyNotExecutable(path)) === undefined) return path;
  }
  return undefined;
}
