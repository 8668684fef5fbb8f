import { lock } from 'proper-lockfile';
import { visibleName } from '../domain/text/visible.js';
import { systemCodeOf } from '../system/system-error.js';

/** A lock that has not been renewed for this long is taken over. A long turn of the holder's event loop must be shorter. */
const STALE_MS = 15_000;

/** Does `work` while this process holds the lock of a directory, which must exist. Waits up to `waitMs` for the lock. */
export async function withLock<T>(directory: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const pauseMs = 100;
  const unlock = await lock(directory, {
    realpath: false,
    lockfilePath: `${directory}/lock`,
    stale: STALE_MS,
    retries: { retries: Math.ceil(waitMs / pauseMs), factor: 1, minTimeout: pauseMs, maxTimeout: pauseMs },
    // By default the library throws where no caller can catch it. A process that lost the lock was suspended for STALE_MS. Its work
    // may end, because every process that takes the lock checks again what the lock guards.
    onCompromised: () => undefined,
  }).catch((error: unknown) => {
    if (systemCodeOf(error) !== 'ELOCKED') throw error;
    throw new Error(`${visibleName(directory)}: another process has held its lock for ${waitMs / 1000} s`);
  });
  try {
    return await work();
  } finally {
    // Rejects only if the lock was lost.
    await unlock().catch(() => undefined);
  }
}
