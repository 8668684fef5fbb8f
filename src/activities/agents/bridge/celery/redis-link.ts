// A connection to Redis for one attempt. It reconnects by itself; a command while it is away fails, and the driver asks again.
import type { RedisClientType } from 'redis';
import { openConnection } from '../../../../system/redis-connection.js';
import { loadPackage } from '../optional-package.js';
import { brokerFailure } from './failure.js';

const READY_MS = 5_000;

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
  const client = openConnection(redis, url, (error) => (lastError = error));
  // Rejects when it is closed.
  client.connect().catch(() => undefined);
  const untilReady = async (): Promise<void> => {
    const until = performance.now() + READY_MS;
    while (!client.isReady) {
      if (performance.now() > until || lastError !== undefined)
        throw brokerFailure(where, lastError ?? new Error(`no connection within ${READY_MS / 1000} s`));
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
