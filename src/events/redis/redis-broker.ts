// Redis Streams as a broker. Each subscription is a consumer group, each process a consumer of it.
import { once } from 'node:events';
import type { RedisClientType } from 'redis';
import type { BrokerSettings } from '../../domain/event/broker-settings.js';
import type { Broker, OutgoingMessage, ReceiveOptions } from '../broker.js';
import { shownUrl, urlOf } from '../broker-url.js';
import type { BrokerContext } from '../broker-context.js';
import { loadPackage } from '../load-package.js';
import { isPermanent, openConnection } from '../../system/redis-connection.js';
import { fieldsOf } from './entry.js';
import { lagOf, processedOf } from './group.js';
import { createReceiver, type Receiver } from './receiver.js';
import { createReplyReader } from './replies.js';
import { BrokerError } from '../../domain/event/broker-error.js';

type RedisSettings = Extract<BrokerSettings, { kind: 'redis' }>;

export interface RedisTuning {
  /** A consumer that has not refreshed a message for this long has died: another one claims the message. */
  readonly claimAfterMs?: number;
}

/** Three refreshes may be lost. A message of a gateway that was killed waits for this long. */
const CLAIM_AFTER_MS = 15_000;

/** Throws a BrokerSettingsError. */
export async function openRedis(
  settings: RedisSettings,
  context: Pick<BrokerContext, 'readSecret'>,
  { claimAfterMs = CLAIM_AFTER_MS }: RedisTuning = {},
): Promise<Broker> {
  const url = await urlOf(settings, context, ['redis:', 'rediss:']);
  const redis = await loadPackage(settings, 'redis@6', () => import('redis'));
  const address = shownUrl(url);
  const named = (error: Error): BrokerError =>
    new BrokerError(`broker ${settings.name} (${address}): ${error.message || error.name}`, {
      isPermanent: isPermanent(error),
      cause: error,
    });
  const open = (onError: (error: Error) => void): RedisClientType => openConnection(redis, url.href, onError);

  const untilReady = readiness();
  let lastError: Error | undefined;
  let shared: RedisClientType | undefined;
  /** The connection for everything that does not block. */
  const commands = async <T>(use: (client: RedisClientType) => Promise<T>): Promise<T> => {
    if (shared === undefined) {
      shared = open((error) => (lastError = error));
      // Rejects when the connection is closed; failures to connect are reported by the commands that need it.
      shared.connect().catch(() => undefined);
    }
    await untilReady(shared);
    try {
      return await use(shared);
    } catch (error) {
      if (!(error instanceof redis.ClientOfflineError)) throw named(asError(error));
      const { message, isPermanent: isFinal } = named(lastError ?? error);
      throw new BrokerError(message, { isPermanent: isFinal, isUnsent: true, cause: error });
    }
  };
  const receivers = new Set<RedisClientType>();

  /** On a connection of its own, because it waits in the server. */
  const runReceiver = async (receiver: Receiver): Promise<void> => {
    const client = open((error) => receiver.onError(error));
    receivers.add(client);
    try {
      await receiver.run(client);
    } finally {
      receivers.delete(client);
      client.destroy();
    }
  };

  return {
    async receive(from, deliver, options: ReceiveOptions) {
      const source = `redis://${settings.name}/${from}`;
      const receive = createReceiver({ redis, from, source, claimAfterMs, options, deliver, commands, named });
      await runReceiver(receive);
    },
    async receiveReplies(options) {
      const receive = createReplyReader({ redis, source: `redis://${settings.name}/`, options, named });
      await runReceiver(receive);
    },
    async publish(to, message: OutgoingMessage) {
      await commands((client) => client.xAdd(to, '*', fieldsOf(message)));
    },
    lag: (from, group) => commands((client) => lagOf(client, from, group)),
    processed: (from, group) => commands((client) => processedOf(client, from, group)),
    async close() {
      for (const client of receivers) client.destroy();
      receivers.clear();
      shared?.destroy();
      shared = undefined;
      return Promise.resolve();
    },
  };
}

/** How long a command waits for the connection before it fails. */
const READY_WITHIN_MS = 2_000;

/** All commands that wait share one listener. */
function readiness(): (client: RedisClientType) => Promise<void> {
  let waiting: Promise<void> | undefined;
  return async (client) => {
    if (client.isReady) return;
    // Rejects if it is not ready in time; the command then fails with the reason.
    waiting ??= once(client, 'ready', { signal: AbortSignal.timeout(READY_WITHIN_MS) }).then(
      () => undefined,
      () => undefined,
    );
    await waiting;
    waiting = undefined;
  };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
