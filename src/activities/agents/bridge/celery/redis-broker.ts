// Redis as the broker of Celery: a queue is a list. Celery runs a message as often as it is sent, so the key that guards a task and the message
// are written by one script: both, or neither.
import { sha256 } from '../../../recall/sha256.js';
import type { Broker } from './broker.js';
import { openRedisLink } from './redis-link.js';
import { revokeMessage, type TaskMessage } from './message.js';

/** Longer than any task waits and runs. */
const GUARD_S = 7 * 24 * 3600;
/** A message up to this size is kept in its guard key, so that it can be taken out of the queue again. */
const MAX_KEPT_BYTES = 64 * 1024;

const guardOf = (id: string): string => `baton-celery:${id}`;

/** KEYS: guard, queue. ARGV: message, what the guard keeps, seconds. Returns 1 if the message was sent. */
const SEND = `
if redis.call('SET', KEYS[1], ARGV[2], 'NX', 'EX', ARGV[3]) then
  redis.call('LPUSH', KEYS[2], ARGV[1])
  return 1
end
return 0`;

/** KEYS: guard, queue. Returns the number of messages that were taken out of the queue. */
const WITHDRAW = `
local message = redis.call('GET', KEYS[1])
if message and message ~= '' then return redis.call('LREM', KEYS[2], 0, message) end
return 0`;

/** `url`: with the number of the database as its path. */
export async function openRedisBroker(url: URL, queue: string): Promise<Broker> {
  const where = `Celery on ${url.protocol}//${url.host}${url.pathname}`;
  const link = await openRedisLink(url.href, where);
  const database = /^\/(\d+)$/.exec(url.pathname)?.[1] ?? '0';
  return {
    where,
    async send({ id, message, replyTo }) {
      const text = envelope(
        message,
        { correlation_id: id, reply_to: replyTo },
        { exchange: '', routing_key: queue },
        id,
      );
      const kept = Buffer.byteLength(text) > MAX_KEPT_BYTES ? '' : text;
      const keys = [guardOf(id), queue];
      await link.use((redis) => redis.eval(SEND, { keys, arguments: [text, kept, String(GUARD_S)] }));
    },
    isSent: async (id) => (await link.use((redis) => redis.exists(guardOf(id)))) === 1,
    async revoke(id) {
      const withdrawn = await link.use((redis) => redis.eval(WITHDRAW, { keys: [guardOf(id), queue], arguments: [] }));
      if (Number(withdrawn) > 0) return 'withdrawn';
      const command = { headers: { clock: 1, expires: null }, body: revokeMessage(id) };
      const text = envelope(command, {}, { exchange: 'celery.pidbox', routing_key: '' }, id);
      await link.use((redis) => redis.publish(`/${database}.celery.pidbox`, text));
      return 'requested';
    },
    close: () => Promise.resolve(link.close()),
  };
}

/** The transport of Redis in Kombu wraps each message. The tag is that of the task, so that the same task makes the same text. */
function envelope(
  { headers, body }: TaskMessage,
  properties: Readonly<Record<string, unknown>>,
  delivery: Readonly<Record<string, string>>,
  id: string,
): string {
  return JSON.stringify({
    body: body.toString('base64'),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers,
    properties: {
      ...properties,
      delivery_mode: 2,
      priority: 0,
      body_encoding: 'base64',
      delivery_tag: sha256(id).slice(0, 32),
      delivery_info: delivery,
    },
  });
}
