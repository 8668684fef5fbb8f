// Receives replies from a queue that the server names, and deletes with the connection of this process.
import type { RepliesOptions } from '../broker.js';
import { keepConnected, type Session } from '../reconnect.js';
import type { Connect } from './connection.js';
import { whenLost } from './consume.js';
import { rabbitError } from './errors.js';
import { readRabbitMessage } from './message.js';

/** `source` begins the source of each reply. */
export const receiveReplies = (connect: Connect, source: string, options: RepliesOptions): Promise<void> =>
  keepConnected((aborted) => openSession(connect, source, options, aborted), options);

async function openSession(
  connect: Connect,
  source: string,
  { onOpen, onReply }: RepliesOptions,
  aborted: Promise<void>,
): Promise<Session> {
  const connection = await connect('receives replies');
  try {
    const channel = await connection.model.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true });
    const lost = whenLost(channel, connection.address, queue);
    await channel.consume(
      queue,
      (message) => {
        if (message === null) lost.report(new Error(`the queue "${queue}" was deleted`));
        else onReply(readRabbitMessage(message, `${source}${queue}`));
      },
      { noAck: true, exclusive: true },
    );
    onOpen(queue);
    const ended = Promise.race([aborted.then(() => undefined), lost.promise, connection.ended]);
    ended.finally(() => connection.model.close().catch(() => undefined)).catch(() => undefined);
    return { ended };
  } catch (error) {
    await connection.model.close().catch(() => undefined);
    throw rabbitError(error, connection.address, 'receive replies');
  }
}
