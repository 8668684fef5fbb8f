// Connections to Redis. They reconnect by themselves; a command on a lost connection fails immediately, and its caller repeats it.
import type { RedisClientType } from 'redis';

type RedisModule = typeof import('redis');

const CONNECT_TIMEOUT_MS = 5_000;
/** A server that restarts is back within seconds. */
export const RECONNECT = { firstMs: 100, mostMs: 2_000 };
/** A connection on which nothing has come for this long is cut, and made again: a network may fail without an error. */
const SILENT_MS = 15_000;
const PING_MS = SILENT_MS / 3;

/** `onError` receives each failure to connect, and each loss of the connection. */
export function openConnection(redis: RedisModule, url: string, onError: (error: Error) => void): RedisClientType {
  const client = redis.createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: PING_MS,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENT_MS,
      reconnectStrategy: (retries) => Math.min(RECONNECT.firstMs * 2 ** retries, RECONNECT.mostMs),
    },
  });
  client.on('error', (error: unknown) => onError(error instanceof Error ? error : new Error(String(error))));
  return client;
}

/** What no waiting mends. https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors */
const PERMANENT = /^(WRONGTYPE|WRONGPASS|NOAUTH|NOPERM|ERR AUTH|ERR invalid password)/;

export const isPermanent = (error: unknown): error is Error => error instanceof Error && PERMANENT.test(error.message);
