// Pauses between attempts, each twice as long as the one before.
import { setTimeout as sleep } from 'node:timers/promises';

export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** Resolves early when the signal aborts. */
export async function pause({ firstMs, mostMs }: Backoff, failures: number, signal: AbortSignal): Promise<void> {
  const ms = Math.min(firstMs * 2 ** Math.min(failures, 30), mostMs);
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
