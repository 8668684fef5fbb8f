// A connection to Redis for one attempt. It reconnects by itself; a command while it is away fails, and the driver asks again.
import type { RedisClientType } from 'redis';
import { loadPackage } from '../optional-package.js';
import { brokerFailure } from './failure.js';

const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT = { firstMs: 100, mostMs: 2_000 };
/** A connection on which nothing has come for this long is made again: a network may fail without an error. */
const SILENT_MS = 15_000;

export interface RedisLink {
  readonly where: string;
  /** Throws an `AgentError`. */
  use<T>(this: void, command: (client: RedisClientType) => Promise<T>): Promise<T>;
  close(this: void): void;
}

/** `url` may have a password; `where` is how messages name the server. */
export async function openRedisLink(url: string, where: string): Promise<RedisLink> {
  const redis = await loadPackage('celery', 'redis@6', () => import('redis'));
  let lastError: unknown;
  const client = redis.createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: SILENT_MS / 3,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENT_MS,
      reconnectStrategy: (retries) => Math.min(RECONNECT.firstMs * 2 ** retries, RECONNECT.mostMs),
    },
  }) as unknown as RedisClientType;
  client.on('error', (error: unknown) => (lastError = error));
  // Rejects when it is closed.
  client.connect().catch(() => undefined);
  const untilReady = async (): Promise<void> => {
    const until = performance.now() + CONNECT_TIMEOUT_MS;
    while (!client.isReady) {
      if (performance.now() > until || lastError !== undefined)
        throw brokerFailure(where, lastError ?? new Error(`no connection within ${CONNECT_TIMEOUT_MS / 1000} s`));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return {
    where,
    async use(command) {
      lastError = undefined;
      await untilReady();
      try {
        return await command(client);
      } catch (error) {
        throw brokerFailure(where, error, true);
      }
    },
    close: () => client.destroy(),
  };
}
