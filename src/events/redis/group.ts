// Consumer groups of Redis Streams.
import type { RedisClientType } from 'redis';

interface Group {
  readonly from: string;
  readonly group: string;
}

/** A consumer that has not read for this long, and holds nothing, is of a process that has died. */
const DEAD_AFTER_MS = 60 * 60 * 1_000;

/** Makes the group, which begins with the oldest message, unless it exists. */
export async function makeGroup(client: RedisClientType, { from, group }: Group): Promise<void> {
  try {
    await client.xGroupCreate(from, group, '0', { MKSTREAM: true });
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
  }
  for (const { name, pending, idle } of await client.xInfoConsumers(from, group)) {
    if (pending === 0 && idle > DEAD_AFTER_MS) await client.xGroupDelConsumer(from, group, String(name));
  }
}

/** Removes a consumer, whose name no other process has; not while it has pending messages, which would be lost. */
export async function leaveGroup(
  client: RedisClientType,
  { from, group, consumer }: Group & { readonly consumer: string },
): Promise<void> {
  const pending = await client.xPendingRange(from, group, '-', '+', 1, { consumer });
  if (pending.length === 0) await client.xGroupDelConsumer(from, group, consumer);
}

const groupOf = async (client: RedisClientType, from: string, group: string) =>
  (
    await client.xInfoGroups(from).catch((error: unknown) => {
      if (error instanceof Error && error.message.includes('no such key')) return [];
      throw error;
    })
  ).find(({ name }) => String(name) === group);

/** What the group has read and does not hold any more. Redis counts since version 7. */
export async function processedOf(client: RedisClientType, from: string, group: string): Promise<number | undefined> {
  const own = await groupOf(client, from, group);
  if (own === undefined) return 0;
  const read: unknown = Reflect.get(own, 'entries-read');
  return typeof read === 'number' ? read - Number(own.pending) : undefined;
}

/** Messages that no consumer has received, and those that have not been acknowledged. */
export async function lagOf(client: RedisClientType, from: string, group: string): Promise<number | undefined> {
  const own = await groupOf(client, from, group);
  if (own === undefined) return await client.xLen(from);
  const { pending, lag } = own as { readonly pending: number; readonly lag: number | null };
  // Redis does not know it after entries in the middle of the stream were deleted.
  return typeof lag === 'number' ? pending + lag : undefined;
}
