// Messages of Kafka as Baton has them.
import type { KafkaRecord, RecordsBatch } from '@platformatic/kafka';
import type { PartitionMessage } from './partition.js';

/** The bit of a batch that holds no messages but the end of a transaction. */
const IS_CONTROL = 0b10_0000;

export interface TopicPlace {
  readonly broker: string;
  readonly topic: string;
}

interface Answer {
  readonly partitionIndex: number;
  readonly records?: readonly RecordsBatch[];
}

export interface ReadBatches {
  readonly messages: readonly PartitionMessage[];
  /** The offset after the last one of the batches. */
  readonly next: bigint;
}

export function readBatches({ broker, topic }: TopicPlace, { partitionIndex, records = [] }: Answer): ReadBatches {
  const messages: PartitionMessage[] = [];
  let next = 0n;
  for (const batch of records) {
    next = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
    if ((batch.attributes & IS_CONTROL) !== 0) continue;
    for (const record of batch.records) messages.push(readRecord({ broker, topic }, partitionIndex, batch, record));
  }
  return { messages, next };
}

function readRecord(
  { broker, topic }: TopicPlace,
  partition: number,
  { firstOffset, firstTimestamp }: RecordsBatch,
  { offsetDelta, timestampDelta, key, value, headers: sent }: KafkaRecord,
): PartitionMessage {
  const offset = firstOffset + BigInt(offsetDelta);
  const headers = Object.fromEntries(sent.map(([name, text]) => [textOf(name).toLowerCase(), textOf(text)]));
  const time = Number(firstTimestamp + timestampDelta);
  return {
    offset,
    message: {
      id: `${topic}-${partition}-${offset}`,
      source: `kafka://${broker}/${topic}`,
      headers,
      contentType: headers['content-type'],
      body: value ?? new Uint8Array(),
      key: key === null ? undefined : textOf(key),
      time: time >= 0 ? time : undefined,
    },
  };
}

const textOf = (bytes: Buffer | null): string => bytes?.toString('utf8') ?? '';
