// Publishes with confirms: a message is published when the server has stored it in each queue that it was routed to. One that is routed to
// no queue comes back, and is an error.
import type { ConfirmChannel, Message } from 'amqplib';
import type { OutgoingMessage } from '../broker.js';
import { BrokerError } from '../../domain/event/broker-error.js';
import { rabbitTarget, type RabbitTarget } from './address.js';
import { onChannel, type Connect, type RabbitConnection } from './connection.js';
import { isNotFound, rabbitError } from './errors.js';
import { rabbitProperties } from './message.js';
import { ensureQueue } from './queue.js';

/** A server that is short of memory or disk confirms nothing until it has room. */
const CONFIRM_TIMEOUT_MS = 30_000;

/** The server refused the message, such as for a full queue: the message of the client. */
const NACKED = 'message nacked';

interface Publisher {
  readonly connection: RabbitConnection;
  readonly channel: ConfirmChannel;
  /** Targets that exist, as far as this connection has seen. */
  readonly checked: Set<string>;
  /** Messages that came back and are not confirmed yet. */
  readonly returned: Set<string>;
  /** What closed the channel. */
  failure: unknown;
}

export function createPublisher(connect: Connect) {
  let opened: Promise<Publisher> | undefined;
  const open = (): Promise<Publisher> => {
    if (opened !== undefined) return opened;
    const opening = openPublisher(connect, () => {
      if (opened === opening) opened = undefined;
    });
    opened = opening;
    opening.catch(() => (opened = undefined));
    return opening;
  };
  return {
    async publish(this: void, to: string, message: OutgoingMessage): Promise<void> {
      const publisher = await open();
      const target = rabbitTarget(to);
      await check(publisher, target);
      await confirm(publisher, target, message);
    },
    connection: async (): Promise<RabbitConnection> => (await open()).connection,
    async close(): Promise<void> {
      const publisher = await opened?.catch(() => undefined);
      await publisher?.connection.model.close().catch(() => undefined);
    },
  };
}

async function openPublisher(connect: Connect, onEnd: () => void): Promise<Publisher> {
  const connection = await connect('publishes');
  const channel = await connection.model.createConfirmChannel();
  const publisher: Publisher = { connection, channel, checked: new Set(), returned: new Set(), failure: undefined };
  channel.on('return', ({ fields, properties }: Message) => {
    publisher.returned.add(
      tag({ exchange: fields.exchange, routingKey: fields.routingKey }, String(properties.messageId)),
    );
  });
  channel.on('error', (error) => (publisher.failure = error));
  channel.on('close', () => {
    onEnd();
    connection.model.close().catch(() => undefined);
  });
  return publisher;
}

/** Publishing to an exchange that does not exist would close the channel, and fail all messages on it. */
async function check({ connection, checked }: Publisher, { exchange, routingKey }: RabbitTarget): Promise<void> {
  const name = exchange === '' ? `queue ${routingKey}` : `exchange ${exchange}`;
  if (checked.has(name)) return;
  if (exchange === '') await ensureQueue(connection, routingKey);
  else
    await onChannel(connection, (channel) => channel.checkExchange(exchange)).catch((error: unknown) => {
      if (!isNotFound(error)) throw rabbitError(error, connection.address, `publish to the exchange "${exchange}"`);
      throw new BrokerError(
        `RabbitMQ at ${connection.address}: the exchange "${exchange}" does not exist; declare it, or publish to a queue by its name alone`,
        { isUnsent: true },
      );
    });
  checked.add(name);
}

async function confirm(publisher: Publisher, target: RabbitTarget, message: OutgoingMessage): Promise<void> {
  const { channel, connection, checked, returned } = publisher;
  const where =
    target.exchange === '' ? `the queue "${target.routingKey}"` : `"${target.exchange}/${target.routingKey}"`;
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`no confirmation within ${CONFIRM_TIMEOUT_MS / 1000} s`)),
        CONFIRM_TIMEOUT_MS,
      );
      channel.publish(
        target.exchange,
        target.routingKey,
        Buffer.from(message.body),
        rabbitProperties(message),
        (error: Error | null | undefined) => (error ? reject(error) : resolve()),
      );
    });
  } catch (error) {
    const isUnsent = error instanceof Error && error.message === NACKED;
    throw rabbitError(publisher.failure ?? error, connection.address, `publish to ${where}`, { isUnsent });
  } finally {
    clearTimeout(timer);
  }
  // A message that comes back does so before it is confirmed.
  if (!returned.delete(tag(target, message.id))) return;
  checked.clear();
  throw new BrokerError(
    `RabbitMQ at ${connection.address}: no queue is bound for ${where}: the message "${message.id}" was not published`,
    { isUnsent: true },
  );
}

const tag = ({ exchange, routingKey }: RabbitTarget, id: string): string => JSON.stringify([exchange, routingKey, id]);
