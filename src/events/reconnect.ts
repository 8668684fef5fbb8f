// Keeps a connection: connects, waits until it ends, and connects again after a pause that grows while it fails.
import { isPermanent } from '../domain/event/broker-error.js';
import { pause } from './backoff.js';

const BETWEEN_ATTEMPTS = { firstMs: 200, mostMs: 10_000, jitter: 0.5 };

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
  let failures = 0;
  let isTroubled = false;
  while (!signal.aborted) {
    try {
      const session = await connect(aborted);
      if (isTroubled) onTrouble(undefined);
      isTroubled = false;
      failures = 0;
      const trouble = await session.ended;
      if (trouble === undefined) continue;
      throw trouble;
    } catch (error) {
      if (isPermanent(error)) throw error;
      if (signal.aborted) return;
      isTroubled = true;
      onTrouble(error instanceof Error ? error : new Error(String(error)));
    }
    await pause(BETWEEN_ATTEMPTS, failures++, signal);
  }
}
