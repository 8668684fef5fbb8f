// Activities that make no call of an agent have a fixed number of attempts, so that a defect ends them. While the storage of large
// values is away, they are begun again: calls wait for it, too, and nothing is lost.
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import type { Rules } from '../../domain/rules.js';

/** The types of failure of a storage that is away. */
const AWAY: ReadonlySet<unknown> = new Set(['StorageUnavailable', 'ValueNotStored']);

const isAway = (error: unknown): boolean =>
  error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && AWAY.has(error.cause.type);

/** Rejects as the request does, but not because the storage is away. A cancel ends the waiting. */
export async function outlastStorage<T>({ rules }: { readonly rules: Rules }, request: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (rules < 3 || !isAway(error)) throw error;
    }
  }
}
