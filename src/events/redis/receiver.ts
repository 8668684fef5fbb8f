// Receives the messages of one stream for one consumer group.
// R1. A message that was delivered stays in the group's list of pending entries until it is acknowledged: Redis delivers it to no other
//     consumer, unless that one claims it.
// R2. A consumer refreshes what it holds, three times within the time after which others may claim it: a slow one is not robbed.
// R3. A consumer that finds that another one has claimed its message stops refreshing it, and may still acknowledge it: the other one
//     then causes nothing new, because the run exists.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisClientType } from 'redis';
import type { Delivery, ReceiveOptions } from '../broker.js';
import { pause } from '../backoff.js';
import { isPermanent, RECONNECT } from '../../system/redis-connection.js';
import { contentOf, type Fields } from './entry.js';
import { leaveGroup, makeGroup } from './group.js';

export interface ReceiverParts {
  readonly redis: typeof import('redis');
  readonly from: string;
  readonly source: string;
  readonly claimAfterMs: number;
  readonly options: ReceiveOptions;
  readonly deliver: (delivery: Delivery) => void;
  /** The connection for everything that does not block. */
  readonly commands: <T>(use: (client: RedisClientType) => Promise<T>) => Promise<T>;
  /** The error with the name and the address of the broker. */
  readonly named: (error: Error) => Error;
}

export interface Receiver {
  onError(this: void, error: Error): void;
  /** Ends when the signal aborts. Rejects for what no waiting mends. */
  run(this: void, client: RedisClientType): Promise<void>;
}

/** A read returns at the latest after this time, so that a signal, or a message to claim, is noticed. */
const BLOCK_MS = 1_000;

/** If there is room for less than this share, a read first waits for more: one read for each message would cost as much as the message. */
const SCANTY_SHARE = 1 / 4;
const MORE_ROOM_MS = 10;

interface Entry {
  readonly id: Uint8Array | string;
  readonly message: Fields;
}

export function createReceiver(parts: ReceiverParts): Receiver {
  const { redis, from, source, claimAfterMs, options, deliver, commands, named } = parts;
  const { group, consumer, inFlight, signal, onTrouble } = options;
  const held = new Set<string>();
  let wakeReader: (() => void) | undefined;
  let fatal: Error | undefined;
  let isTroubled = false;

  const release = (id: string): void => {
    held.delete(id);
    wakeReader?.();
  };
  const report = (error: Error): void => {
    isTroubled = true;
    onTrouble(named(error));
  };
  const recover = (): void => {
    if (isTroubled) onTrouble(undefined);
    isTroubled = false;
  };

  const take = (entry: Entry, deliveries: number): void => {
    const id = Buffer.from(entry.id).toString();
    if (held.has(id)) return;
    held.add(id);
    deliver({
      id,
      source,
      ...contentOf(entry.message),
      time: Number(id.split('-', 1)[0]),
      deliveries,
      async acknowledge() {
        await commands((client) => client.xAck(from, group, id));
        release(id);
      },
      async reject() {
        // Idle for long enough that each consumer may claim it now.
        const idle = { IDLE: 2 * claimAfterMs };
        await commands((client) => client.xClaimJustId(from, group, consumer, 0, id, idle)).finally(() => release(id));
      },
    });
  };

  /** R2. Claims for itself what it holds, which sets the idle time to zero. */
  const refresh = async (): Promise<void> => {
    if (held.size === 0) return;
    await commands(async (client) => {
      const own = await client.xPendingRange(from, group, '-', '+', inFlight, { consumer });
      const ids = own.map(({ id }) => String(id)).filter((id) => held.has(id));
      if (ids.length > 0) await client.xClaimJustId(from, group, consumer, 0, ids);
    });
  };

  const run = async (client: RedisClientType): Promise<void> => {
    const reader = client.withTypeMapping({ [redis.RESP_TYPES.BLOB_STRING]: Buffer });
    // Rejects when the connection is closed; failures to connect come to `onError`.
    client.connect().catch(() => undefined);
    const stop = (): void => wakeReader?.();
    signal.addEventListener('abort', stop);
    const refreshing = setInterval(() => void refresh().catch(() => undefined), claimAfterMs / 3);
    let hasGroup = false;
    let claimedAt = -Infinity;
    // A claim looks at a part of the pending entries only; the next one continues there.
    let cursor: Buffer | string = '0-0';

    const claim = async (room: number): Promise<void> => {
      claimedAt = Date.now();
      const { messages, nextId } = await reader.xAutoClaim(from, group, consumer, claimAfterMs, cursor, {
        COUNT: room,
      });
      cursor = nextId;
      for (const entry of messages) if (entry !== null) take(entry, await deliveriesOf(entry.id));
    };
    const deliveriesOf = async (id: unknown): Promise<number> => {
      const text = Buffer.from(id as Uint8Array).toString();
      const [pending] = await commands((shared) => shared.xPendingRange(from, group, text, text, 1));
      return pending?.deliveriesCounter ?? 1;
    };
    const turn = async (): Promise<void> => {
      if (!hasGroup) await makeGroup(client, { from, group });
      hasGroup = true;
      if (Date.now() - claimedAt >= claimAfterMs / 3) await claim(inFlight - held.size);
      if (inFlight - held.size < inFlight * SCANTY_SHARE) await sleep(MORE_ROOM_MS);
      const room = inFlight - held.size;
      if (room <= 0 || signal.aborted) return;
      const read = await reader.xReadGroup(group, consumer, { key: from, id: '>' }, { COUNT: room, BLOCK: BLOCK_MS });
      recover();
      const streams = (read ?? []) as unknown as readonly { readonly messages: readonly Entry[] }[];
      for (const entry of streams.flatMap(({ messages }) => messages)) take(entry, 1);
    };

    try {
      let failures = 0;
      while (!signal.aborted && fatal === undefined) {
        try {
          if (held.size >= inFlight) await new Promise<void>((resolve) => (wakeReader = resolve));
          else await turn();
          failures = 0;
        } catch (error) {
          if (isPermanent(error)) throw named(error);
          hasGroup = false;
          // A stream or group that was deleted is made again.
          if (!isMissing(error) && client.isReady) report(error as Error);
          if (!isMissing(error)) await pause(RECONNECT, failures++, signal);
        }
      }
      if (fatal !== undefined) throw named(fatal);
      if (!signal.aborted) return;
      await untilEmpty(held, (wake) => (wakeReader = wake));
      await commands((shared) => leaveGroup(shared, { from, group, consumer })).catch(() => undefined);
    } finally {
      clearInterval(refreshing);
      signal.removeEventListener('abort', stop);
    }
  };

  return {
    run,
    onError(error) {
      if (isPermanent(error)) {
        fatal = error;
        wakeReader?.();
      } else report(error);
    },
  };
}

const isMissing = (error: unknown): boolean => error instanceof Error && error.message.startsWith('NOGROUP');

/** What was delivered is refreshed until it has been acknowledged or rejected. */
async function untilEmpty(held: ReadonlySet<string>, onRelease: (wake: () => void) => void): Promise<void> {
  while (held.size > 0) await new Promise<void>(onRelease);
}
