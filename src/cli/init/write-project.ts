// Writes the files of a project. If one cannot be written, those before it are removed, so that no part of a project is left.
import { lstatSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectory } from '../../system/make-directory.js';

/** `files` are contents by path in the directory, which is empty or new. Throws the error of the file system. */
export async function writeProject(directory: string, files: ReadonlyMap<string, string>): Promise<void> {
  const made: string[] = [];
  try {
    for (const [name, text] of files) {
      const path = join(directory, name);
      const first = firstMissing(path);
      if (first !== undefined) made.push(first);
      await makeDirectory(dirname(path));
      await writeFile(path, text, { flag: 'wx' });
    }
  } catch (error) {
    // The error above says more than one of removing.
    for (const path of made.reverse()) await rm(path, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

/** The path itself, or the topmost directory of it that does not exist yet. */
function firstMissing(path: string): string | undefined {
  let missing: string | undefined;
  for (let at = path; lstatSync(at, { throwIfNoEntry: false }) === undefined; at = dirname(at)) missing = at;
  return missing;
}
