// Time for the driver of jobs, which tests replace.
import { setTimeout as wait } from 'node:timers/promises';

export interface Clock {
  /** Milliseconds, monotonic. */
  now(this: void): number;
  /** Rejects with the reason of the signal when it aborts. */
  sleep(this: void, ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  async sleep(ms, signal) {
    signal?.throwIfAborted();
    try {
      await wait(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};
