// The guardian of an embedded server: a small process that ends the server when its last user was killed and could not do it. There is
// one for each server. The last user that ends as it should ends the guardian, too.
import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { birthOf } from '../system/process-identity.js';
import { PRIVATE_FILE, type DataDirectory } from './data-directory.js';

const GuardianRecord = z.object({ pid: z.int().positive(), birth: z.string().min(1) });

/** Starts the guardian, unless it is running. The caller holds the lock, and is registered as a user. */
export async function ensureGuardian(home: DataDirectory): Promise<void> {
  if ((await runningGuardian(home)) !== undefined) return;
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(process.execPath, [...program(), home.path], {
    cwd: dirname(home.path),
    detached: true,
    env: { PATH, HOME, TMPDIR },
    stdio: 'ignore',
  });
  // Without it, the server outlives users that are killed, until the next one ends.
  child.on('error', () => undefined);
  child.unref();
  const birth = child.pid === undefined ? undefined : await birthOf(child.pid);
  if (birth === undefined) return;
  await writeFileAtomic(home.guardian, JSON.stringify({ pid: child.pid, birth }), { mode: PRIVATE_FILE });
}

/** The caller holds the lock. */
export async function endGuardian(home: DataDirectory): Promise<void> {
  const pid = await runningGuardian(home);
  await forgetGuardian(home);
  if (pid === undefined || pid === process.pid) return;
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended in between.
  }
}

export const forgetGuardian = (home: DataDirectory): Promise<void> => rm(home.guardian, { force: true });

async function runningGuardian(home: DataDirectory): Promise<number | undefined> {
  try {
    const { pid, birth } = GuardianRecord.parse(JSON.parse(await readFile(home.guardian, 'utf8')));
    return birth === (await birthOf(pid)) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** The arguments of Node.js. In the sources, which tests run, the program is TypeScript. */
function program(): string[] {
  const isSource = import.meta.url.endsWith('.ts');
  const main = fileURLToPath(new URL(`./guardian-main.${isSource ? 'ts' : 'js'}`, import.meta.url));
  if (!isSource) return [main];
  const jiti = dirname(createRequire(import.meta.url).resolve('jiti/package.json'));
  return [join(jiti, 'lib', 'jiti-cli.mjs'), main];
}
