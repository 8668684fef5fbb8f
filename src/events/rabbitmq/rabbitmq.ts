// RabbitMQ as a broker. Processes share the messages of a queue, so a group has no meaning here. Receiving and publishing have connections of
// their own: a server that is short of memory blocks connections that publish.
import type { RabbitSettings } from '../../domain/event/broker-settings.js';
import type { Broker } from '../broker.js';
import type { BrokerOptions } from '../open-broker.js';
import { rabbitAddress, type RabbitAddress } from './address.js';
import { connectRabbit, type Connect } from './connection.js';
import { consumeQueue } from './consume.js';
import { createPublisher } from './publish.js';
import { messagesReady } from './queue.js';

export function rabbitBroker({ name, url }: RabbitSettings, { secret }: BrokerOptions): Broker {
  const readAddress = async (): Promise<RabbitAddress> =>
    rabbitAddress(name, typeof url === 'string' ? url : await secret(url, `the URL of broker "${name}"`));
  const receiving = new AbortController();
  const connections = new Set<{ close(): Promise<void> }>();
  const connect: Connect = async (purpose) => {
    const connection = await connectRabbit(name, await readAddress(), purpose);
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
    // A queue that does not exist has no messages.
    lag: async (from) => (await messagesReady(await publisher.connection(), from)) ?? 0,
    async close() {
      receiving.abort();
      await publisher.close();
      await Promise.all([...connections].map((connection) => connection.close().catch(() => undefined)));
    },
  };
}
