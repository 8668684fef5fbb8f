// Publishes with the idempotent producer: confirmed by all replicas in sync, in the order of each partition.
// K1. The producer numbers its messages, and numbers of two requests at the same time would collide: the server would confirm the second
//     request and drop its messages as duplicates. So one request is made after the other, with all messages that wait.
// K2. The producer repeats a request for ever. After PUBLISH_TIMEOUT_MS it is closed, and the next request gets a new one.
import type { Producer } from '@platformatic/kafka';
import type { OutgoingMessage } from '../broker.js';
import { kafkaError, type KafkaCluster } from './client.js';

const PUBLISH_TIMEOUT_MS = 15_000;

/** Of messages in one request. Servers accept a batch of 1 MB by default, and a larger message alone cannot be split. */
const MAX_BATCH_BYTES = 256 * 1024;
const MAX_BATCH = 500;

/** All replicas in sync. */
const ALL = -1;

type Outgoing = Parameters<Producer['send']>[0]['messages'][number];

interface Waiting {
  readonly message: Outgoing;
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export function createProducer(cluster: KafkaCluster) {
  const { kafka, base } = cluster;
  let producer: Producer | undefined;
  let next = 0;
  let isSending = false;
  const waiting: Waiting[] = [];

  const open = (): Producer =>
    new kafka.Producer({
      ...base,
      idempotent: true,
      acks: ALL,
      // The same partition as Java's default partitioner; messages without a key go to all partitions in turn.
      partitioner: (message, key) =>
        key === undefined ? (next = (next + 1) % 0x7fff_ffff) : kafka.compatibilityPartitioner(message, key),
    });

  const close = async (): Promise<void> => {
    const closing = producer;
    producer = undefined;
    await closing?.close().catch(() => undefined);
  };

  const send = async (messages: Outgoing[]): Promise<void> => {
    const timer = setTimeout(() => void close(), PUBLISH_TIMEOUT_MS);
    try {
      await (producer ??= open()).send({ messages });
    } catch (error) {
      // A producer whose sequence of messages is broken cannot continue it.
      await close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };

  const sendAll = async (): Promise<void> => {
    if (isSending) return;
    isSending = true;
    while (waiting.length > 0) {
      const batch = takeBatch(waiting);
      try {
        await send(batch.map(({ message }) => message));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { message, reject } of batch)
          reject(kafkaError(error, cluster, `publish to the topic "${message.topic}"`));
      }
    }
    isSending = false;
  };

  return {
    publish: (topic: string, message: OutgoingMessage): Promise<void> =>
      new Promise((resolve, reject) => {
        waiting.push({ message: outgoing(topic, message), bytes: message.body.length, resolve, reject });
        void sendAll();
      }),
    close,
  };
}

/** Messages of one topic, so that a topic which does not exist fails no message of another one. */
function takeBatch(waiting: Waiting[]): Waiting[] {
  const topic = waiting[0]?.message.topic;
  let bytes = 0;
  let count = 0;
  for (const one of waiting) {
    bytes += one.bytes;
    if (one.message.topic !== topic || count >= MAX_BATCH || (count > 0 && bytes > MAX_BATCH_BYTES)) break;
    count += 1;
  }
  return waiting.splice(0, count);
}

function outgoing(topic: string, { id, key, headers, contentType, body }: OutgoingMessage): Outgoing {
  const sent = { ...headers, 'content-type': contentType, 'message-id': id };
  return {
    topic,
    value: Buffer.from(body),
    headers: new Map(Object.entries(sent).map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
    ...(key === undefined ? {} : { key: Buffer.from(key) }),
  };
}
