// Who uses the embedded server: one file for each use, `users/<pid>-<random>`, so that a process may use it more than once.
// A file of a process that has died counts for nothing and is swept. Every call is made under the lock of the directory.
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { birthOf } from './process-identity.js';

/** Notes this process as a user; the answer is what `removeUser` takes. */
export async function addUser(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, `${process.pid}-${randomUUID()}`);
  await writeFile(file, (await birthOf(process.pid)) ?? '');
  return file;
}

export const removeUser = (file: string): Promise<void> => rm(file, { force: true });

/** Removes the notes of the dead and counts the rest. */
export async function countUsers(directory: string): Promise<number> {
  const files = await readdir(directory).catch(() => []);
  const living = await Promise.all(files.map((file) => sweep(join(directory, file), Number.parseInt(file, 10))));
  return living.filter(Boolean).length;
}

async function sweep(file: string, pid: number): Promise<boolean> {
  const noted = await readFile(file, 'utf8').catch(() => undefined);
  const lives = pid > 0 && noted !== undefined && noted === (await birthOf(pid));
  if (!lives) await rm(file, { force: true, recursive: true });
  return lives;
}
