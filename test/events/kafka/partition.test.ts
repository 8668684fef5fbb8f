import { describe, expect, test } from 'vitest';
import type { Message } from '../../../src/events/broker.js';
import { Partition, type HeldMessage } from '../../../src/events/kafka/partition.js';

const message = (id: string, key?: string): Message => ({
  id,
  source: 'kafka://log/orders',
  headers: {},
  contentType: undefined,
  body: new Uint8Array(),
  key,
  time: undefined,
});

/** Offsets with keys; a message without a key has "-". */
function filled(start: bigint, ...keys: string[]): Partition {
  const partition = new Partition(0, start);
  const messages = keys.map((key, i) => {
    const offset = start + BigInt(i);
    return { offset, message: message(String(offset), key === '-' ? undefined : key) };
  });
  partition.add(messages, start + BigInt(keys.length));
  return partition;
}

const take = (partition: Partition): HeldMessage => {
  const taken = partition.take();
  expect(taken).toBeDefined();
  return taken!;
};

describe('the offset to commit', () => {
  test('is the one after the last message before which all are acknowledged', () => {
    const partition = filled(5n, '-', '-', '-', '-');
    const [a, b, c, d] = [take(partition), take(partition), take(partition), take(partition)];
    expect(partition.uncommitted).toBeUndefined();
    b.acknowledge();
    c.acknowledge();
    expect(partition.uncommitted).toBeUndefined();
    a.acknowledge();
    expect(partition.uncommitted).toBe(8n);
    partition.committed(8n);
    expect(partition.uncommitted).toBeUndefined();
    d.acknowledge();
    expect(partition.uncommitted).toBe(9n);
  });

  test('does not pass messages that are fetched and not taken', () => {
    const partition = filled(0n, '-', '-');
    take(partition).acknowledge();
    expect(partition.uncommitted).toBe(1n);
  });

  test('passes offsets without a message', () => {
    const partition = new Partition(0, 0n);
    partition.add([{ offset: 0n, message: message('0') }], 7n);
    take(partition).acknowledge();
    expect(partition.uncommitted).toBe(7n);
    partition.add([], 9n);
    expect(partition.uncommitted).toBe(9n);
  });

  test('an acknowledgement counts once', () => {
    const partition = filled(0n, '-', '-');
    const [a] = [take(partition), take(partition)];
    a.acknowledge();
    a.acknowledge();
    expect(partition.holds).toBe(1);
    expect(partition.uncommitted).toBe(1n);
  });
});

test('a batch is compressed as a whole: messages before the position are dropped', () => {
  const partition = new Partition(0, 2n);
  partition.add(
    [0n, 1n, 2n, 3n].map((offset) => ({ offset, message: message(String(offset)) })),
    4n,
  );
  expect(take(partition).message.id).toBe('2');
  expect(partition.position).toBe(4n);
});

describe('messages of one key', () => {
  test('are delivered one after the other, other keys do not wait', () => {
    const partition = filled(0n, 'a', 'a', 'b', 'a');
    const first = take(partition);
    expect(partition.take()).toBeUndefined();
    expect(take(partition).message.id).toBe('2');
    expect(partition.take()).toBeUndefined();
    expect(partition.holds).toBe(4);
    const second = first.acknowledge();
    expect(second?.message.id).toBe('1');
    expect(second?.acknowledge()?.message.id).toBe('3');
  });

  test('a rejected message is delivered again before the next one of its key, and counted', () => {
    const partition = filled(0n, 'a', 'a');
    const first = take(partition);
    partition.take();
    const again = first.again();
    expect([again.message.id, again.deliveries]).toEqual(['0', 2]);
    expect(again.again().deliveries).toBe(3);
    expect(again.acknowledge()?.message.id).toBe('1');
  });

  test('a key is free again after its last message', () => {
    const partition = filled(0n, 'a');
    take(partition).acknowledge();
    partition.add([{ offset: 1n, message: message('1', 'a') }], 2n);
    expect(take(partition).message.id).toBe('1');
  });
});
