// Counts the users of the embedded server: one file for each use, `users/<pid>-<random>`, so that a process may use it more than
// once. The file of a process that has ended does not count and is deleted. Callers hold the lock of the directory, except for `hasUsers`.
import { randomUUID } from 'node:crypto';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from '../system/make-directory.js';
import { birthOf } from '../system/process-identity.js';

/** Registers a use by this process, and returns its file for `removeUser`. */
export async function addUser(directory: string): Promise<string> {
  await makeDirectory(directory, 0o700);
  const file = join(directory, `${process.pid}-${randomUUID()}`);
  await writeFile(file, (await birthOf(process.pid)) ?? '');
  return file;
}

export const removeUser = (file: string): Promise<void> => rm(file, { force: true });

/** Deletes the files of processes that have ended, and counts the others. */
export async function countUsers(directory: string): Promise<number> {
  const files = await readdir(directory).catch(() => []);
  const alive = await Promise.all(files.map((file) => isInUse(join(directory, file), Number.parseInt(file, 10))));
  return alive.filter(Boolean).length;
}

/** As `countUsers`, without deleting: a file that is being written does not count yet. */
export async function hasUsers(directory: string): Promise<boolean> {
  const files = await readdir(directory).catch(() => []);
  for (const file of files) if (await isOfLivingProcess(join(directory, file), Number.parseInt(file, 10))) return true;
  return false;
}

async function isInUse(file: string, pid: number): Promise<boolean> {
  const isUsed = await isOfLivingProcess(file, pid);
  if (!isUsed) await rm(file, { force: true, recursive: true });
  return isUsed;
}

async function isOfLivingProcess(file: string, pid: number): Promise<boolean> {
  const recorded = await readFile(file, 'utf8').catch(() => undefined);
  return pid > 0 && recorded !== undefined && recorded === (await birthOf(pid));
}
