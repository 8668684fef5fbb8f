// RabbitMQ as a broker. Processes share the messages of a queue, so a group has no meaning here. Receiving and publishing have connections of
// their own: a server that is short of memory blocks connections that publish.
import type { RabbitSettings } from '../../domain/event/broker-settings.js';
import type { Broker } from '../broker.js';
import type { BrokerContext } from '../broker-context.js';
import { rabbitAddress } from './address.js';
import { connectRabbit, type Connect } from './connection.js';
import { consumeQueue } from './consume.js';
import { createPublisher } from './publish.js';
import { messagesReady } from './queue.js';
import { receiveReplies } from './replies.js';

export async function openRabbit({ name, url }: RabbitSettings, { readSecret }: BrokerContext): Promise<Broker> {
  const text = typeof url === 'string' ? url : await readSecret(url, `the URL of broker "${name}"`);
  const address = rabbitAddress(name, text);
  const receiving = new AbortController();
  const connections = new Set<{ close(): Promise<void> }>();
  const connect: Connect = async (purpose) => {
    const connection = await connectRabbit(name, address, purpose);
    connections.add(connection.model);
    connection.ended.then(() => connections.delete(connection.model)).catch(() => undefined);
    return connection;
  };
  const publisher = createPublisher(connect);
  return {
    async receive(from, deliver, options) {
      const signal = AbortSignal.any([options.signal, receiving.signal]);
      await consumeQueue(connect, { queue: from, source: `rabbitmq://${name}/${from}` }, deliver, {
        ...options,
        signal,
      });
    },
    publish: publisher.publish,
    async receiveReplies(options) {
      const signal = AbortSignal.any([options.signal, receiving.signal]);
      await receiveReplies(connect, `rabbitmq://${name}/`, { ...options, signal });
    },
    // A queue that does not exist has no messages.
    lag: async (from) => (await messagesReady(await publisher.connection(), from)) ?? 0,
    // AMQP tells only how many messages wait.
    processed: () => Promise.resolve(undefined),
    async close() {
      receiving.abort();
      await publisher.close();
      await Promise.all([...connections].map((connection) => connection.close().catch(() => undefined)));
    },
  };
}
