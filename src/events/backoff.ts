// Pauses between attempts, each twice as long as the one before.
import { setTimeout as sleep } from 'node:timers/promises';

export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
  /** The share of each pause that is random, so that the processes of a host do not all connect in the same moment; default 0. */
  readonly jitter?: number;
}

/** Resolves early when the signal aborts. */
export async function pause(
  { firstMs, mostMs, jitter = 0 }: Backoff,
  failures: number,
  signal: AbortSignal,
): Promise<void> {
  const ms = Math.min(firstMs * 2 ** Math.min(failures, 30), mostMs);
  await sleep(ms * (1 - jitter * Math.random()), undefined, { signal }).catch(() => undefined);
}
