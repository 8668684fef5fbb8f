// How many messages of a topic a group has not processed: the ends of the partitions minus what the group has committed.
import type { Consumer } from '@platformatic/kafka';
import { EARLIEST, LATEST } from './assignment.js';
import { kafkaError, type KafkaCluster } from './client.js';

export function createLagReader(cluster: KafkaCluster) {
  /** One client a group; it does not join it. */
  const readers = new Map<string, Consumer>();
  const readerOf = (group: string): Consumer => {
    const reader = readers.get(group) ?? new cluster.kafka.Consumer({ ...cluster.base, groupId: group });
    readers.set(group, reader);
    return reader;
  };
  return {
    async lag(this: void, topic: string, group: string): Promise<number> {
      try {
        const reader = readerOf(group);
        const offsets = async (timestamp: bigint) =>
          (await reader.listOffsets({ topics: [topic], timestamp })).get(topic) ?? [];
        const [ends, starts] = await Promise.all([offsets(LATEST), offsets(EARLIEST)]);
        const partitions = ends.map((_, id) => id);
        const committed = (await reader.listCommittedOffsets({ topics: [{ topic, partitions }] })).get(topic) ?? [];
        const waiting = ends.map((end, id) => {
          const [offset = -1n, start = 0n] = [committed[id], starts[id]];
          return Number(end - (offset > start ? offset : start));
        });
        return waiting.reduce((sum, one) => sum + Math.max(0, one), 0);
      } catch (error) {
        throw kafkaError(error, cluster, `read the lag of the topic "${topic}"`);
      }
    },
    /** The sum of what the group has committed; deleted messages that it skipped count, too. */
    async processed(this: void, topic: string, group: string): Promise<number> {
      try {
        const reader = readerOf(group);
        const ends = (await reader.listOffsets({ topics: [topic], timestamp: LATEST })).get(topic) ?? [];
        const partitions = ends.map((_, id) => id);
        const committed = (await reader.listCommittedOffsets({ topics: [{ topic, partitions }] })).get(topic) ?? [];
        return Number(committed.reduce((sum, offset) => (offset > 0n ? sum + offset : sum), 0n));
      } catch (error) {
        throw kafkaError(error, cluster, `read the offsets of the topic "${topic}"`);
      }
    },
    async close(): Promise<void> {
      await Promise.allSettled([...readers.values()].map((reader) => reader.close()));
      readers.clear();
    },
  };
}
