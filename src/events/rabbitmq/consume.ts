// Consumes a queue with manual acknowledgement.
// C1. A message belongs to the channel that delivered it. If that channel is gone, the server delivers the message again, so
//     acknowledging or rejecting it has no effect.
// C2. When receiving stops, the channel stays open until each message that is held has been acknowledged or rejected.
import type { Channel, ConsumeMessage } from 'amqplib';
import type { Delivery, ReceiveOptions } from '../broker.js';
import { BrokerError } from '../../domain/event/broker-error.js';
import { keepConnected, type Session } from '../reconnect.js';
import type { Connect } from './connection.js';
import { rabbitError } from './errors.js';
import { deliveriesOf, readRabbitMessage } from './message.js';
import { ensureQueue } from './queue.js';

export interface RabbitQueue {
  readonly queue: string;
  readonly source: string;
}

type Receiving = Pick<ReceiveOptions, 'signal' | 'inFlight' | 'onTrouble'>;

export const consumeQueue = (
  connect: Connect,
  from: RabbitQueue,
  deliver: (delivery: Delivery) => void,
  options: Receiving,
): Promise<void> => keepConnected((aborted) => openSession(connect, from, deliver, { ...options, aborted }), options);

async function openSession(
  connect: Connect,
  { queue, source }: RabbitQueue,
  deliver: (delivery: Delivery) => void,
  { signal, inFlight, aborted }: Receiving & { readonly aborted: Promise<void> },
): Promise<Session> {
  const connection = await connect(`consumes ${queue}`);
  try {
    await ensureQueue(connection, queue);
    const channel = await connection.model.createChannel();
    const held = trackHeld(channel);
    const lost = whenLost(channel, connection.address, queue);
    await channel.prefetch(inFlight);
    const take = (message: ConsumeMessage | null): void => {
      if (message === null)
        lost.report(new BrokerError(`RabbitMQ at ${connection.address}: the queue "${queue}" was deleted`));
      // It arrived while the consumer was being cancelled.
      else if (signal.aborted) held.release(message);
      else deliver(held.delivery(message, source));
    };
    const { consumerTag } = await channel.consume(queue, take, { noAck: false });
    const stopped = async (): Promise<undefined> => {
      await aborted;
      await channel.cancel(consumerTag).catch(() => undefined);
    };
    const ended = Promise.race([stopped(), lost.promise, connection.ended]);
    ended
      .then(async () => {
        if (!signal.aborted) return;
        await Promise.race([held.empty(), lost.promise, connection.ended]);
        // The connection could close before the channel has sent the last acknowledgements.
        await channel.close().catch(() => undefined);
      })
      .finally(() => connection.model.close().catch(() => undefined))
      .catch(() => undefined);
    return { ended };
  } catch (error) {
    await connection.model.close().catch(() => undefined);
    throw rabbitError(error, connection.address, `consume the queue "${queue}"`);
  }
}

/** The messages of a channel that were delivered and neither acknowledged nor rejected. */
function trackHeld(channel: Channel) {
  let isOpen = true;
  let count = 0;
  let whenEmpty: (() => void) | undefined;
  channel.on('close', () => (isOpen = false));
  const settle = (act: () => void): Promise<void> => {
    if (isOpen) act();
    count -= 1;
    if (count === 0) whenEmpty?.();
    return Promise.resolve();
  };
  return {
    release: (message: ConsumeMessage): void => channel.nack(message),
    delivery(message: ConsumeMessage, source: string): Delivery {
      count += 1;
      let settled: Promise<void> | undefined;
      return {
        ...readRabbitMessage(message, source),
        deliveries: deliveriesOf(message),
        acknowledge: () => (settled ??= settle(() => channel.ack(message))),
        reject: () => (settled ??= settle(() => channel.nack(message, false, true))),
      };
    },
    empty: (): Promise<void> =>
      count === 0 || !isOpen ? Promise.resolve() : new Promise((resolve) => (whenEmpty = resolve)),
  };
}

export function whenLost(channel: Channel, address: string, queue: string) {
  let report!: (error: Error) => void;
  const promise = new Promise<Error>((resolve) => (report = resolve));
  channel.on('error', (error) => report(rabbitError(error, address, `consume the queue "${queue}"`)));
  channel.on('close', () =>
    report(new BrokerError(`RabbitMQ at ${address}: the channel of the queue "${queue}" was closed`)),
  );
  return { promise, report };
}
