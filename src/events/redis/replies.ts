// Receives replies from a stream of this process. The stream expires a minute after its process has stopped renewing it.
// Replies are sent with NOMKSTREAM: one that comes after that makes no stream.
import type { RedisClientType } from 'redis';
import { CORRELATION_ID } from '../../domain/event/request-event.js';
import type { RepliesOptions } from '../broker.js';
import { pause } from '../backoff.js';
import { isPermanent, RECONNECT } from '../../system/redis-connection.js';
import { contentOf, type Fields } from './entry.js';
import type { Receiver } from './receiver.js';

const EXPIRES_AFTER_MS = 60_000;
const RENEW_MS = EXPIRES_AFTER_MS / 4;

/** A read returns at the latest after this time, so that a signal is noticed. */
const BLOCK_MS = 1_000;

export interface RepliesParts {
  readonly redis: typeof import('redis');
  /** `redis://shop/`, which begins the source of each reply. */
  readonly source: string;
  readonly options: RepliesOptions;
  readonly named: (error: Error) => Error;
}

/** The first entry, which makes the stream. */
const OPENED = { opened: 'yes' };

interface Entry {
  readonly id: Uint8Array | string;
  readonly message: Fields;
}

export function createReplyReader({ redis, source, options, named }: RepliesParts): Receiver {
  const { consumer, signal, onOpen, onReply, onTrouble } = options;
  const stream = `baton-replies:${consumer}`;
  let fatal: Error | undefined;
  let isTroubled = false;
  let renewedAt = -Infinity;
  let last = '0-0';

  const trouble = (error: Error): void => {
    isTroubled = true;
    onTrouble(named(error));
  };

  /** Makes the stream if it does not exist: it is the first time, or the server has lost it. */
  const renew = async (client: RedisClientType): Promise<void> => {
    if (Date.now() - renewedAt < RENEW_MS) return;
    if ((await client.pExpire(stream, EXPIRES_AFTER_MS)) === 0) {
      const made = client.multi().xAdd(stream, '*', OPENED).pExpire(stream, EXPIRES_AFTER_MS);
      await made.exec();
      last = '0-0';
      onOpen(stream);
    }
    renewedAt = Date.now();
  };

  const run = async (client: RedisClientType): Promise<void> => {
    const reader = client.withTypeMapping({ [redis.RESP_TYPES.BLOB_STRING]: Buffer });
    // Rejects when the connection is closed; failures to connect come to `onError`.
    client.connect().catch(() => undefined);
    let failures = 0;
    while (!signal.aborted && fatal === undefined) {
      try {
        await renew(client);
        const read = await reader.xRead({ key: stream, id: last }, { COUNT: 100, BLOCK: BLOCK_MS });
        if (isTroubled) onTrouble(undefined);
        isTroubled = false;
        failures = 0;
        const entries = ((read ?? []) as unknown as readonly { readonly messages: readonly Entry[] }[]).flatMap(
          ({ messages }) => messages,
        );
        for (const { id, message } of entries) {
          last = Buffer.from(id).toString();
          if ('opened' in message && !(CORRELATION_ID in message)) continue;
          onReply({ id: last, source: `${source}${stream}`, ...contentOf(message), time: undefined });
        }
        if (entries.length > 0) await client.xTrim(stream, 'MINID', nextId(last));
      } catch (error) {
        if (isPermanent(error)) throw named(error);
        renewedAt = -Infinity;
        if (client.isReady) trouble(error as Error);
        await pause(RECONNECT, failures++, signal);
      }
    }
    if (fatal !== undefined) throw named(fatal);
    await client.del(stream).catch(() => undefined);
  };

  return {
    run,
    onError(error) {
      if (isPermanent(error)) fatal = error;
      else trouble(error);
    },
  };
}

/** The smallest id after this one, `TIME-NUMBER`. */
function nextId(id: string): string {
  const [time = '0', number = '0'] = id.split('-');
  return `${time}-${BigInt(number) + 1n}`;
}
