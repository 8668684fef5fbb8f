// A directory that only this user can read. What Baton keeps on disk has the data of runs.
import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { visibleName } from '../domain/text/visible.js';
import { makeDirectory } from './make-directory.js';
import { systemCodeOf } from './system-error.js';

const PRIVATE_MODE = 0o700;
const RIGHTS_OF_OTHERS = 0o077;

/** Creates the directory and those above it. If it exists, belongs to this user and gives rights to others, they are taken away. */
export async function openPrivateDirectory(path: string): Promise<void> {
  await makeDirectory(dirname(path));
  await mkdir(path, { mode: PRIVATE_MODE }).catch(async (error: unknown) => {
    if (systemCodeOf(error) !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
  });
  const { uid, mode } = await stat(path);
  // The rights of a directory that belongs to another user are a decision of that user.
  if (uid !== process.getuid?.() || (mode & RIGHTS_OF_OTHERS) === 0) return;
  await chmod(path, PRIVATE_MODE).catch((error: unknown) => {
    const rights = (mode & 0o777).toString(8).padStart(4, '0');
    throw new Error(
      `${visibleName(path)}: expected a directory that only you can read, got the rights ${rights}, and they cannot be changed (${systemCodeOf(error)}); use a directory on another file system`,
    );
  });
}
