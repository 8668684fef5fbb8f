// Queues: an existing one is used as it is, whatever its type; one that does not exist is declared as a durable quorum queue.
import { isLocked, isNotFound, rabbitError } from './errors.js';
import { onChannel, type RabbitConnection } from './connection.js';

/** No other arguments: an application that declares the same queue with the same type must find it equal. */
const DECLARED = { durable: true, arguments: { 'x-queue-type': 'quorum' } };

export async function ensureQueue(connection: RabbitConnection, queue: string): Promise<void> {
  try {
    if ((await messagesReady(connection, queue)) !== undefined) return;
    await onChannel(connection, (channel) => channel.assertQueue(queue, DECLARED));
  } catch (error) {
    throw rabbitError(error, connection.address, `declare the queue "${queue}"`);
  }
}

/** Messages that no consumer holds; `undefined` if the queue does not exist. Those of a queue that another connection has for itself are not known: 0. */
export async function messagesReady(connection: RabbitConnection, queue: string): Promise<number | undefined> {
  try {
    return (await onChannel(connection, (channel) => channel.checkQueue(queue))).messageCount;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    if (isLocked(error)) return 0;
    throw rabbitError(error, connection.address, `read the queue "${queue}"`);
  }
}
