// The directory `.baton`: the data of an embedded server, and what else Baton keeps in a directory of the user. Only the user can read
// it, and Git ignores it.
import { realpath, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { visibleName } from '../domain/text/visible.js';
import { openPrivateDirectory } from '../system/private-directory.js';
import { isDiskFull, systemCodeOf } from '../system/system-error.js';

/** For files with data. The directory is private, too; a copy of such a file keeps these rights. */
export const PRIVATE_FILE = 0o600;

export interface DataDirectory {
  readonly path: string;
  readonly record: string;
  readonly database: string;
  readonly log: string;
  readonly users: string;
  /** The record of the process that ends the server when its users were killed. */
  readonly guardian: string;
}

/** The data directory within `directory`; the same for every name that links to it. */
export async function dataDirectoryIn(directory: string): Promise<DataDirectory> {
  const absolute = resolve(directory);
  return dataDirectoryAt(join(await realpath(absolute).catch(() => absolute), '.baton'));
}

/** `path`: that of the data directory itself. */
export const dataDirectoryAt = (path: string): DataDirectory => ({
  path,
  record: join(path, 'server.json'),
  database: join(path, 'temporal.db'),
  log: join(path, 'server.log'),
  users: join(path, 'users'),
  guardian: join(path, 'guardian.json'),
});

/** Creates the data directory, or makes an existing one private. Everything that writes into it calls this first. */
export async function openDataDirectory(home: DataDirectory): Promise<void> {
  try {
    await openPrivateDirectory(home.path);
    await writeFile(join(home.path, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: unknown) => {
      if (systemCodeOf(error) !== 'EEXIST') throw error;
    });
  } catch (error) {
    explainUnwritable(home)(error);
  }
}

const UNWRITABLE: readonly (string | undefined)[] = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT'];

export const fullDiskText = (path: string): string =>
  `the disk of ${visibleName(path)} is full: make room there, or run in a directory on another disk`;

export function explainUnwritable({ path }: DataDirectory) {
  return (error: unknown): never => {
    if (isDiskFull(error)) throw new Error(fullDiskText(path));
    const code = systemCodeOf(error);
    if (!UNWRITABLE.includes(code)) throw error;
    throw new Error(`cannot write to ${visibleName(path)} (${code}); run in a writable directory`);
  };
}
