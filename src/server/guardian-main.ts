// The program of the guardian (guardian.ts). Its argument is the data directory of a server.
import { access } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { dataDirectoryAt } from './data-directory.js';
import { forgetGuardian } from './guardian.js';
import { withLock } from './lock.js';
import { hasUsers } from './references.js';
import { endIfUnused, runningServer } from './running-server.js';
import { stopServer } from './server-process.js';
import { readRecord, type ServerRecord } from './server-record.js';
import { systemCodeOf } from '../system/system-error.js';

const POLL_MS = 1_000;

/** A user that was killed may be started again, and then finds its server running. */
const GRACE_MS = 10_000;

/** A process that starts or replaces a server holds the lock for at most a minute. */
const LOCK_WAIT_MS = 120_000;

const home = dataDirectoryAt(process.argv[2] ?? '');
let known: ServerRecord | undefined;

/** Ends the server if no process uses it. True if the guardian is not needed any more. */
async function end(): Promise<boolean> {
  try {
    // A lock in a directory that does not exist would be waited for.
    await access(home.path);
    return await withLock(home.path, LOCK_WAIT_MS, async () => {
      if (!(await endIfUnused(home, known))) return false;
      await forgetGuardian(home);
      return true;
    });
  } catch (error) {
    // Another process has the lock for long: it may be starting the server.
    if (systemCodeOf(error) !== 'ENOENT') return false;
    // The directory has been deleted: no process can find the server any more.
    if (known !== undefined) await stopServer(known);
    return true;
  }
}

for (let idleMs = 0; ; idleMs += POLL_MS) {
  await pause(POLL_MS);
  // Remembered while there are users: the directory may be deleted together with the last one.
  known = (await readRecord(home.record)) ?? known;
  if (await hasUsers(home.users)) {
    idleMs = 0;
    continue;
  }
  const running = await runningServer(home);
  known = running ?? known;
  if ((running === undefined || idleMs >= GRACE_MS) && (await end())) break;
}
