// Messages of RabbitMQ as Baton has them, and the other way round.
import type { ConsumeMessage, Options } from 'amqplib';
import type { Message, OutgoingMessage } from '../broker.js';

/** The header that holds the key: RabbitMQ itself has none. */
const KEY = 'key';

export function readRabbitMessage({ properties, content }: ConsumeMessage, source: string): Message {
  const sent = Object.entries(properties.headers ?? {});
  const headers = Object.fromEntries(sent.map(([name, value]) => [name.toLowerCase(), headerText(value)]));
  // The types of the client do not say that any of them may be missing.
  const { correlationId, replyTo, messageId, contentType, timestamp } = properties as unknown as Readonly<
    Record<string, unknown>
  >;
  if (isText(correlationId)) headers['correlation-id'] ??= correlationId;
  if (isText(replyTo)) headers['reply-to'] ??= replyTo;
  return {
    id: isText(messageId) ? messageId : undefined,
    source,
    headers,
    contentType: isText(contentType) ? contentType : undefined,
    body: content,
    key: headers[KEY],
    // The property is in seconds.
    time: typeof timestamp === 'number' ? timestamp * 1000 : undefined,
  };
}

/** Quorum queues count the deliveries before this one; others only mark a message that was delivered before. */
export function deliveriesOf({ properties, fields }: ConsumeMessage): number {
  const count: unknown = properties.headers?.['x-delivery-count'];
  if (typeof count === 'number' || typeof count === 'bigint') return Number(count) + 1;
  return fields.redelivered ? 2 : 1;
}

export function rabbitProperties({ id, key, headers, contentType }: OutgoingMessage): Options.Publish {
  const { 'correlation-id': correlationId, 'reply-to': replyTo, ...others } = headers;
  return {
    messageId: id,
    contentType,
    headers: { ...others, ...(key === undefined ? {} : { [KEY]: key }) },
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(replyTo === undefined ? {} : { replyTo }),
    timestamp: Math.floor(Date.now() / 1000),
    persistent: true,
    mandatory: true,
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Values of AMQP headers have types; those that are not text become JSON, bytes are read as UTF-8. */
function headerText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part)) ?? '';
}
