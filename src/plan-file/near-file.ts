// A hint for the name of a file that does not exist.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { didYouMean } from '../domain/problem.js';

/** `did you mean "plan.yaml"?` if a file of this directory has a similar name. */
export async function nearFile(file: string): Promise<string | undefined> {
  const names = await readdir(path.dirname(file)).catch((): string[] => []);
  return didYouMean(path.basename(file), names);
}
