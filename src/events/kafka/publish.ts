// Publishes with the idempotent producer: confirmed by all replicas in sync, in the order of each partition.
import type { Producer } from '@platformatic/kafka';
import type { OutgoingMessage } from '../broker.js';
import { kafkaError, type KafkaCluster } from './client.js';

/** All replicas in sync. */
const ALL = -1;

export function createProducer(cluster: KafkaCluster) {
  let opened: Promise<Producer> | undefined;
  const open = async (): Promise<Producer> => {
    const { kafka, base } = await cluster.open();
    let next = 0;
    return new kafka.Producer({
      ...base,
      idempotent: true,
      acks: ALL,
      // The same partition as Java's default partitioner; messages without a key go to all partitions in turn.
      partitioner: (message, key) =>
        key === undefined ? (next = (next + 1) % 0x7fff_ffff) : kafka.compatibilityPartitioner(message, key),
    });
  };
  return {
    async publish(topic: string, { id, key, headers, contentType, body }: OutgoingMessage): Promise<void> {
      try {
        const producer = await (opened ??= open());
        const sent = { ...headers, 'content-type': contentType, 'message-id': id };
        await producer.send({
          messages: [
            {
              topic,
              value: Buffer.from(body),
              headers: new Map(Object.entries(sent).map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
              ...(key === undefined ? {} : { key: Buffer.from(key) }),
            },
          ],
        });
      } catch (error) {
        // A producer whose sequence of messages is broken cannot continue it.
        await close();
        throw kafkaError(error, cluster, `publish to the topic "${topic}"`);
      }
    },
    close,
  };

  async function close(): Promise<void> {
    const closing = opened;
    opened = undefined;
    const producer = await closing?.catch(() => undefined);
    await producer?.close().catch(() => undefined);
  }
}
