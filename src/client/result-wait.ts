// Bounds the wait for the result of a run: by a time, or by a signal of the caller.
import { setMaxListeners } from 'node:events';
import { parseDuration } from '../domain/duration.js';
import { shown } from '../domain/problem.js';
import type { ResultOptions } from './await-result.js';
import { InvalidInputError, ResultTimeoutError } from './errors.js';

export interface ResultWait extends ResultOptions {
  /** The longest wait: `30s`. Default: no limit. */
  readonly timeout?: string;
}

/** Node.js fires a timer that is longer than this immediately. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * `wait` gets the signal that ends the wait; with it, it ends its requests to the server, too. Throws InvalidInputError,
 * ResultTimeoutError, and the reason of the signal.
 */
export async function waitWithin<T>(
  runId: string,
  { timeout, signal }: ResultWait,
  wait: (stop: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (timeout === undefined && signal === undefined) return await wait(undefined);
  const ms = timeout === undefined ? undefined : parseTimeout(timeout);
  signal?.throwIfAborted();
  const over = new AbortController();
  const timer =
    ms === undefined || ms > MAX_TIMER_MS
      ? undefined
      : setTimeout(() => over.abort(new ResultTimeoutError(runId, timeout!)), ms);
  const stop = AbortSignal.any([over.signal, ...(signal === undefined ? [] : [signal])]);
  // The SDK adds a listener for each request, and a long wait has many.
  setMaxListeners(0, stop);
  const stopped = new Promise<never>((_, reject) => {
    // The caller chooses the reason.
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    stop.addEventListener('abort', () => reject(stop.reason), { once: true });
  });
  try {
    return await Promise.race([wait(stop), stopped]);
  } finally {
    clearTimeout(timer);
    stopped.catch(() => undefined);
  }
}

function parseTimeout(timeout: string): number {
  const ms = parseDuration(timeout);
  if (ms !== undefined) return ms;
  throw new InvalidInputError([`timeout: expected a duration such as "30s", got ${shown(timeout)}`]);
}
