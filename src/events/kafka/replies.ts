// Receives replies from a topic that all processes of a project share. Each reads all of it from the end, without a group: so a process that
// ends leaves nothing behind.
import { setTimeout } from 'node:timers/promises';
import type { Consumer } from '@platformatic/kafka';
import type { RepliesOptions } from '../broker.js';
import { keepConnected, type Session } from '../reconnect.js';
import { LATEST, type Assignment } from './assignment.js';
import { kafkaError, type KafkaCluster } from './client.js';
import { fetchMessages } from './fetcher.js';
import { Partition } from './partition.js';

const CLOSE_TIMEOUT_MS = 5_000;

export async function receiveReplies(cluster: KafkaCluster, topic: string, options: RepliesOptions): Promise<void> {
  const { onOpen } = options;
  // Kept when the connection is lost: reading continues there.
  const partitions = new Map<number, Partition>();
  const connect = (aborted: Promise<void>): Promise<Session> =>
    openSession({ cluster, topic, partitions, options }, aborted);
  await keepConnected(
    async (aborted) => {
      const isFirst = partitions.size === 0;
      const session = await connect(aborted);
      if (isFirst) onOpen(topic);
      return session;
    },
    { signal: options.signal, onTrouble: options.onTrouble },
  );
}

interface Reading {
  readonly cluster: KafkaCluster;
  readonly topic: string;
  readonly partitions: Map<number, Partition>;
  readonly options: RepliesOptions;
}

async function openSession({ cluster, topic, partitions, options }: Reading, aborted: Promise<void>): Promise<Session> {
  const { consumer, onOpen, onReply } = options;
  const what = `receive replies from the topic "${topic}"`;
  const reader = new cluster.kafka.Consumer({ ...cluster.base, groupId: consumer, retries: 0 });
  const close = (): Promise<unknown> =>
    Promise.race([reader.close(), setTimeout(CLOSE_TIMEOUT_MS, undefined, { ref: false })]).catch(() => undefined);
  let isReading = true;
  let end!: (trouble: Error | undefined) => void;
  const ended = new Promise<Error | undefined>((resolve) => (end = resolve)).finally(() => {
    isReading = false;
    void close();
  });
  (reader as NodeJS.EventEmitter).on('error', (error) => end(kafkaError(error, cluster, what)));
  void aborted.then(() => end(undefined));
  const assignment: Assignment = {
    all: () => [...partitions.values()],
    has: () => true,
    settled: () => Promise.resolve(),
    assign: () => Promise.resolve(),
    forgetAll: () => undefined,
  };
  const fetcher = { cluster, topic, reader, assignment, onLoss: () => onOpen(topic) };

  const read = async (): Promise<void> => {
    while (isReading) {
      await fetchMessages(fetcher, assignment.all());
      for (const partition of partitions.values()) takeAll(partition, onReply);
    }
  };

  try {
    await createTopic(reader, topic);
    reader.topics.track(topic);
    const ends = (await reader.listOffsets({ topics: [topic], timestamp: LATEST })).get(topic) ?? [];
    for (const [id, offset] of ends.entries()) if (!partitions.has(id)) partitions.set(id, new Partition(id, offset));
  } catch (error) {
    end(undefined);
    throw kafkaError(error, cluster, what);
  }
  read().catch((error: unknown) => end(kafkaError(error, cluster, what)));
  return { ended };
}

/** The first request for its metadata creates the topic, if the server may; it exists a moment later. */
async function createTopic(reader: Consumer, topic: string): Promise<void> {
  for (let left = 10; ; left--) {
    try {
      await reader.metadata({ topics: [topic] });
      return;
    } catch (error) {
      if (left === 0) throw error;
      await setTimeout(200);
    }
  }
}

function takeAll(partition: Partition, onReply: RepliesOptions['onReply']): void {
  while (partition.hasFetched) {
    const taken = partition.take();
    if (taken === undefined) continue;
    onReply(taken.message);
    taken.acknowledge();
  }
}
