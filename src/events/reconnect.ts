// Keeps a connection: connects, waits until it ends, and connects again after a pause that grows while it fails.
import { setTimeout } from 'node:timers/promises';
import { isPermanent } from '../domain/event/broker-error.js';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

export interface Session {
  /** Resolves when the session is over, with what ended it; `undefined` if the signal did. */
  readonly ended: Promise<Error | undefined>;
}

export interface ReconnectOptions {
  readonly signal: AbortSignal;
  readonly onTrouble: (trouble: Error | undefined) => void;
}

/** Until the signal aborts. Rejects with a permanent BrokerError. */
export async function keepConnected(
  connect: (aborted: Promise<void>) => Promise<Session>,
  { signal, onTrouble }: ReconnectOptions,
): Promise<void> {
  // One listener, however often the connection is lost.
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  let pauseMs = FIRST_PAUSE_MS;
  let isTroubled = false;
  while (!signal.aborted) {
    try {
      const session = await connect(aborted);
      if (isTroubled) onTrouble(undefined);
      isTroubled = false;
      pauseMs = FIRST_PAUSE_MS;
      const trouble = await session.ended;
      if (trouble === undefined) continue;
      throw trouble;
    } catch (error) {
      if (isPermanent(error)) throw error;
      if (signal.aborted) return;
      isTroubled = true;
      onTrouble(error instanceof Error ? error : new Error(String(error)));
    }
    // Half of the pause is random, so that the processes of a host do not all connect in the same moment.
    await setTimeout(pauseMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}
