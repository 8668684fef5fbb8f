import { lock } from 'proper-lockfile';
import { systemCodeOf } from './unreachable.js';

/** A holder that has been silent this long is dead; a long turn of the event loop of a living one must fit in. */
const STALE_MS = 15_000;

/**
 * Does `work` while no other process on this machine does any under the same name. Waits up to `waitMs` for the others.
 * The directory must exist.
 */
export async function withLock<T>(directory: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const pauseMs = 100;
  const unlock = await lock(directory, {
    realpath: false,
    lockfilePath: `${directory}/lock`,
    stale: STALE_MS,
    retries: { retries: Math.ceil(waitMs / pauseMs), factor: 1, minTimeout: pauseMs, maxTimeout: pauseMs },
    // The library would throw where nobody can catch it. Whoever lost the lock was suspended for STALE_MS; what the lock
    // guards is checked again by everyone who takes it, so the work may end.
    onCompromised: () => undefined,
  }).catch((error: unknown) => {
    if (systemCodeOf(error) !== 'ELOCKED') throw error;
    throw new Error(`${directory}: another process has held its lock for ${waitMs / 1000} s`);
  });
  try {
    return await work();
  } finally {
    // Fails only if the lock had been lost.
    await unlock().catch(() => undefined);
  }
}
