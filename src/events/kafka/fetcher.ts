// Requests messages from the servers that lead the partitions of this process.
import type { Consumer } from '@platformatic/kafka';
import { BrokerError } from '../../domain/event/broker-error.js';
import { EARLIEST, LATEST, type Assignment } from './assignment.js';
import { hasCode, type KafkaCluster } from './client.js';
import { readBatches } from './message.js';
import type { Partition } from './partition.js';

/** How long a server waits for messages before it answers without any. */
const WAIT_MS = 500;

/** Of one partition in one answer; a larger message comes alone. */
const MAX_BYTES = 1024 * 1024;

export interface FetcherOptions {
  readonly cluster: KafkaCluster;
  readonly topic: string;
  readonly reader: Consumer;
  readonly assignment: Assignment;
  readonly onLoss: (loss: Error) => void;
}

/** Fetches once, for the partitions that have nothing to deliver. Answers for partitions that were forgotten meanwhile are dropped. */
export async function fetchMessages(options: FetcherOptions, wanted: readonly Partition[]): Promise<void> {
  const { reader, topic } = options;
  const metadata = (await reader.metadata({ topics: [topic] })).topics.get(topic);
  if (metadata === undefined) throw new Error(`the topic "${topic}" does not exist`);
  const byLeader = new Map<number, Partition[]>();
  for (const one of wanted) {
    const leader = metadata.partitions[one.partition]?.leader ?? -1;
    byLeader.set(leader, [...(byLeader.get(leader) ?? []), one]);
  }
  await Promise.all([...byLeader].map(([leader, some]) => fetchFrom(options, leader, metadata.id, some)));
}

async function fetchFrom(
  options: FetcherOptions,
  node: number,
  topicId: string,
  wanted: readonly Partition[],
): Promise<void> {
  const { reader, assignment, cluster, topic } = options;
  const partitions = wanted.map(({ partition, position }) => ({
    ...{ partition, fetchOffset: position, partitionMaxBytes: MAX_BYTES },
    // Unknown: the server does not compare it.
    ...{ currentLeaderEpoch: -1, lastFetchedEpoch: -1 },
  }));
  try {
    const { responses } = await reader.fetch({
      node,
      topics: [{ topicId, partitions }],
      maxWaitTime: WAIT_MS,
      minBytes: 1,
    });
    for (const answer of responses.flatMap((one) => one.partitions)) {
      const partition = wanted.find((one) => one.partition === answer.partitionIndex);
      if (partition === undefined || !assignment.has(partition)) continue;
      const { messages, next } = readBatches({ broker: cluster.name, topic }, answer);
      partition.add(messages, next);
    }
  } catch (error) {
    if (!hasCode(error, 'OFFSET_OUT_OF_RANGE')) throw error;
    await skipLost(options, wanted);
  }
}

/** Servers delete old messages, also those that no member has processed. That is reported, and the rest is received. */
async function skipLost(
  { reader, assignment, cluster, topic, onLoss }: FetcherOptions,
  wanted: readonly Partition[],
): Promise<void> {
  const offsets = async (timestamp: bigint) =>
    (await reader.listOffsets({ topics: [topic], timestamp })).get(topic) ?? [];
  const [first, last] = await Promise.all([offsets(EARLIEST), offsets(LATEST)]);
  for (const partition of wanted) {
    const { position, partition: id } = partition;
    const [earliest = 0n, latest = 0n] = [first[id], last[id]];
    if (!assignment.has(partition) || (position >= earliest && position <= latest)) continue;
    partition.skipTo(earliest);
    const message = `Kafka at ${cluster.address}: partition ${id} of the topic "${topic}" has no offset ${position} any more; receiving continues at ${earliest}`;
    onLoss(new BrokerError(message));
  }
}
