// Creates a directory and those above it. Node's recursive `mkdir` never ends where a file system refuses a directory as if its parent
// were missing, as in /proc.
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { visibleName } from '../domain/text/visible.js';
import { systemCodeOf } from './system-error.js';

/** Does nothing if it exists. `mode`: the rights of all that are created. */
export async function makeDirectory(path: string, mode?: number): Promise<void> {
  try {
    await mkdir(path, mode);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'EEXIST' && (await isDirectory(path))) return;
    if (code !== 'ENOENT') throw error;
    const parent = dirname(path);
    if (!(await isDirectory(parent))) await makeDirectory(parent, mode);
    // Another process may have created the parent, or the directory itself, meanwhile.
    await mkdir(path, mode).catch(async (again: unknown) => {
      const codeAgain = systemCodeOf(again);
      if (codeAgain === 'EEXIST' && (await isDirectory(path))) return;
      if (codeAgain !== 'ENOENT' || !(await isDirectory(parent))) throw again;
      const message = `${visibleName(path)}: expected a place for a directory, but the file system of ${visibleName(parent)} creates none; use another directory`;
      throw Object.assign(new Error(message, { cause: again }), { code });
    });
  }
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
