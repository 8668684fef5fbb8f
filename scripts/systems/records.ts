// Which systems `npm run systems -- up` has started for this checkout.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRunning, type Running } from './lifecycle.js';

/** Not in node_modules, because `npm ci` would forget what runs; nor in a home directory, which the user of PostgreSQL cannot enter. */
const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
const DIGITS = 12;
const HOME = join(
  tmpdir(),
  `baton-systems-${userInfo().username}`,
  createHash('sha256').update(CHECKOUT).digest('hex').slice(0, DIGITS),
);

export const directoryOf = (name: string): string => join(HOME, name);
const fileOf = (name: string): string => join(HOME, `${name}.json`);

export async function record(running: Running): Promise<void> {
  await mkdir(HOME, { recursive: true });
  await writeFile(fileOf(running.name), `${JSON.stringify(running, null, 2)}\n`);
}

/** Also its data: the next start begins with nothing. */
export async function forget(name: string): Promise<void> {
  await rm(fileOf(name), { force: true });
  await rm(directoryOf(name), { recursive: true, force: true });
}

/** `undefined` if it has not been started. Some or all of its programs may have ended. */
export async function started(name: string): Promise<Running | undefined> {
  const text = await readFile(fileOf(name), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Running);
}

/** `undefined` if it has not been started, or one of its programs has ended. */
export async function recorded(name: string): Promise<Running | undefined> {
  const running = await started(name);
  return running !== undefined && (await isRunning(running)) ? running : undefined;
}
