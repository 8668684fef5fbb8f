import { once } from 'node:events';

/** Resolves when the signal aborts, or immediately if it has. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
