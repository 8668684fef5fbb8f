// Kafka as a broker, against a real server.
import { Admin, Producer } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Broker, Delivery } from '../../../src/events/broker.js';
import { openBroker } from '../../../src/events/open-broker.js';
import { bodyOf, openKafkaAt, receiving, textMessage, uniqueName } from '../../support/brokers.js';
import { urlOf, withSystem } from '../../support/systems.js';
import { startProxy } from '../../support/tcp-proxy.js';

const server = urlOf('kafka');

describe.skipIf(server === undefined)(withSystem('kafka', 'Kafka'), () => {
  const bootstrapBrokers = [server ?? ''];
  let broker: Broker;
  let admin: Admin;
  const topicOf = async (partitions = 3): Promise<string> => {
    const topic = uniqueName('topic');
    await admin.createTopics({ topics: [topic], partitions, replicas: 1 });
    return topic;
  };
  const publishMany = async (topic: string, count: number, key?: (i: number) => string): Promise<void> => {
    for (let i = 0; i < count; i += 1)
      await broker.publish(topic, textMessage(String(i), String(i), { key: key?.(i) }));
  };
  /** Message numbers that came more than once. */
  const repeated = (deliveries: readonly Delivery[]): number =>
    deliveries.length - new Set(deliveries.map(bodyOf)).size;

  beforeAll(async () => {
    broker = await openKafkaAt(server!);
    admin = new Admin({ clientId: 'test', bootstrapBrokers });
  });
  afterAll(async () => {
    await broker.close();
    await admin.close();
  });

  test('a message arrives with its place as id, headers in lower case, key, time and exact bytes', async () => {
    const topic = await topicOf(1);
    const producer = new Producer({ clientId: 'test', bootstrapBrokers });
    const headers = new Map([[Buffer.from('Content-Type'), Buffer.from('application/json')]]);
    const value = Buffer.from('{"n":12345678901234567890}');
    await producer.send({ messages: [{ topic, key: Buffer.from('k'), value, headers }], acks: 1 });
    await producer.close();
    const got = receiving(broker, topic);
    await got.count(1);
    expect(got.deliveries[0]).toMatchObject({
      id: `${topic}-0-0`,
      source: `kafka://log/${topic}`,
      key: 'k',
      contentType: 'application/json',
      headers: { 'content-type': 'application/json' },
      deliveries: 1,
    });
    expect(bodyOf(got.deliveries[0]!)).toBe(value.toString());
    expect(got.deliveries[0]!.time).toBeGreaterThan(Date.now() - 60_000);
    await got.stop();
  });

  test('what Baton publishes has its id and content type as headers', async () => {
    const topic = await topicOf(1);
    await broker.publish(topic, textMessage('run/task', 'a', { headers: { traceparent: 't' } }));
    const got = receiving(broker, topic);
    await got.count(1);
    expect(got.deliveries[0]?.headers).toEqual({
      'content-type': 'text/plain',
      'message-id': 'run/task',
      traceparent: 't',
    });
    await got.stop();
  });

  test.each(['a', 'order-1', 'Zürich', 'the quick brown fox'])(
    'the key %s goes to the partition that Java chooses',
    async (key) => {
      const topic = await topicOf(7);
      const message = { topic, value: Buffer.from('x'), key: Buffer.from(key) };
      await broker.publish(topic, textMessage('1', 'x', { key }));
      const got = receiving(broker, topic);
      await got.count(1);
      const [, partition] = /-(\d+)-\d+$/.exec(got.deliveries[0]?.id ?? '') ?? [];
      expect(Number(partition)).toBe(javaPartition(message.key, 7));
      await got.stop();
    },
  );

  test('messages of one key come in their order, also when they are rejected', async () => {
    const topic = await topicOf();
    await publishMany(topic, 60, (i) => `k${i % 4}`);
    const done: string[] = [];
    const got = receiving(
      broker,
      topic,
      async (delivery) => {
        const body = bodyOf(delivery);
        if (Number(body) % 7 === 0 && delivery.deliveries < 3) return await delivery.reject();
        done.push(body);
        await delivery.acknowledge();
      },
      { inFlight: 20 },
    );
    await got.count(60);
    await expect.poll(() => done.length).toBe(60);
    for (let k = 0; k < 4; k += 1) {
      const ofKey = done.map(Number).filter((i) => i % 4 === k);
      expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b));
    }
    expect(got.deliveries.filter((one) => bodyOf(one) === '7').map(({ deliveries }) => deliveries)).toEqual([1, 2, 3]);
    await got.stop();
  });

  test('no more than inFlight are held', async () => {
    const topic = await topicOf(1);
    await publishMany(topic, 12);
    const got = receiving(broker, topic, () => undefined, { inFlight: 5 });
    await got.count(5);
    await got.deliveries[0]!.acknowledge();
    await got.count(6);
    for (const { acknowledge } of [...got.deliveries]) await acknowledge();
    await got.count(11);
    expect(got.deliveries).toHaveLength(11);
    for (const { acknowledge } of [...got.deliveries]) await acknowledge();
    await got.count(12);
    await got.deliveries[11]!.acknowledge();
    await got.stop();
  });

  test('a message in the middle that is not acknowledged comes again after a restart, with those after it', async () => {
    const topic = await topicOf(1);
    await publishMany(topic, 6);
    const first = await openKafkaAt(server!);
    const group = uniqueName('group');
    const got = receiving(first, topic, (one) => bodyOf(one) !== '2' && one.acknowledge(), { group });
    await got.count(6);
    await expect.poll(() => broker.lag(topic, group)).toBe(4);
    await first.close();
    const next = receiving(broker, topic, undefined, { group });
    await next.count(4);
    expect(next.bodies()).toEqual(['2', '3', '4', '5']);
    await expect.poll(() => broker.lag(topic, group)).toBe(0);
    await next.stop();
  });

  test('a group that has committed nothing begins with the first message; groups do not share', async () => {
    const topic = await topicOf();
    await publishMany(topic, 5);
    const a = receiving(broker, topic, undefined, { group: uniqueName('a') });
    const b = receiving(broker, topic, undefined, { group: uniqueName('b') });
    await Promise.all([a.count(5), b.count(5)]);
    await Promise.all([a.stop(), b.stop()]);
  });

  test('a second and a third consumer join and leave: nothing is lost, and what was committed does not come again', async () => {
    const topic = await topicOf(6);
    const group = uniqueName('group');
    const others = [await openKafkaAt(server!), await openKafkaAt(server!)];
    const first = receiving(broker, topic, undefined, { group });
    await publishMany(topic, 60, (i) => `k${i}`);
    await first.count(60);
    await expect.poll(() => broker.lag(topic, group)).toBe(0);
    const more = others.map((other) => receiving(other, topic, undefined, { group }));
    // The new members get messages, so they have partitions.
    let published = 60;
    await expect
      .poll(
        async () => {
          await broker.publish(topic, textMessage(String(published), String(published), { key: `k${published}` }));
          published += 1;
          return more.every(({ deliveries }) => deliveries.length > 0);
        },
        { timeout: 60_000 },
      )
      .toBe(true);
    await more[0]!.stop();
    await others[0]!.close();
    for (let i = 0; i < 60; i += 1, published += 1)
      await broker.publish(topic, textMessage(String(published), String(published), { key: `k${published}` }));
    const all = () => [first, ...more].flatMap(({ deliveries }) => deliveries);
    await expect.poll(() => new Set(all().map(bodyOf)).size, { timeout: 60_000 }).toBe(published);
    await expect.poll(() => broker.lag(topic, group)).toBe(0);
    // Each member holds at most 10 when a rebalance begins, and there were three.
    expect(repeated(all())).toBeLessThanOrEqual(60);
    await Promise.all([first.stop(), more[1]!.stop()]);
    await others[1]!.close();
  });

  test('a consumer that holds messages when another one joins: they are repeated there, and none is lost', async () => {
    const topic = await topicOf(4);
    const group = uniqueName('group');
    const held: Delivery[] = [];
    const first = receiving(broker, topic, (delivery) => held.push(delivery), { group, inFlight: 100 });
    await publishMany(topic, 40, (i) => `k${i}`);
    await first.count(40);
    const other = await openKafkaAt(server!);
    const second = receiving(other, topic, undefined, { group, inFlight: 100 });
    await expect.poll(() => second.deliveries.length, { timeout: 60_000 }).toBeGreaterThan(0);
    for (const { acknowledge } of held) await acknowledge();
    await expect.poll(() => broker.lag(topic, group), { timeout: 60_000 }).toBe(0);
    expect(repeated(first.deliveries)).toBe(0);
    await Promise.all([first.stop(), second.stop()]);
    await other.close();
  });

  test('what a consumer held that is closed is delivered to another one', async () => {
    const topic = await topicOf(1);
    const group = uniqueName('group');
    await publishMany(topic, 5);
    const lost = await openKafkaAt(server!);
    const first = receiving(lost, topic, () => undefined, { group });
    await first.count(5);
    await lost.close();
    const second = receiving(broker, topic, undefined, { group });
    await second.count(5);
    await second.stop();
  });

  test('after the end of receiving, what is held can still be acknowledged', async () => {
    const topic = await topicOf(1);
    const group = uniqueName('group');
    const own = await openKafkaAt(server!);
    const got = receiving(own, topic, () => undefined, { group });
    await publishMany(topic, 2);
    await got.count(2);
    await got.stop();
    await got.deliveries[0]!.acknowledge();
    await got.deliveries[1]!.acknowledge();
    await expect.poll(() => broker.lag(topic, group)).toBe(0);
    await own.close();
  });

  test('lag counts what a group has not processed, also for a group that has never been there', async () => {
    const topic = await topicOf(3);
    await publishMany(topic, 9, (i) => `k${i}`);
    expect(await broker.lag(topic, uniqueName('never'))).toBe(9);
  });

  test('300 messages at the same time are confirmed, each once and in the order of its key', async () => {
    const topic = await topicOf(3);
    await Promise.all(
      Array.from({ length: 300 }, (_, i) =>
        broker.publish(topic, textMessage(String(i), String(i), { key: `k${i % 5}` })),
      ),
    );
    const got = receiving(broker, topic, undefined, { inFlight: 100 });
    await got.count(300);
    expect(got.deliveries).toHaveLength(300);
    await got.stop();
  });

  test('a server that is not there is trouble with its address, and receiving continues when it is there', async () => {
    const [host = '', port = ''] = server!.split(':');
    const proxy = await startProxy(Number(port), host);
    proxy.cut();
    const topic = await topicOf(1);
    const far = await openKafkaAt(`127.0.0.1:${proxy.port}`);
    const got = receiving(far, topic);
    await expect
      .poll(() => got.troubles.at(0)?.message)
      .toMatch(/^Kafka at 127\.0\.0\.1:\d+ \(broker "log"\): cannot receive/);
    await expect(far.publish(topic, textMessage('1', 'a'))).rejects.toThrow(/^Kafka at .*cannot publish to the topic/);
    proxy.mend();
    await publishMany(topic, 1);
    await got.count(1);
    await expect.poll(() => got.troubles.at(-1)).toBeUndefined();
    await got.stop();
    await far.close();
    await proxy.close();
  });

  test('a name that no topic can have is refused', async () => {
    const got = receiving(broker, 'no/topic');
    await expect(got.ended).rejects.toThrow(/cannot receive from the topic "no\/topic"/);
    await expect(broker.publish('no/topic', textMessage('1', 'a'))).rejects.toThrow(
      /cannot publish to the topic "no\/topic"/,
    );
  });

  test('credentials for a server that wants none are refused, and the message has no password', async () => {
    const sasl = { mechanism: 'PLAIN', username: 'me', password: { env: 'X' } } as const;
    const settings = { name: 'log', kind: 'kafka' as const, bootstrapServers: [server!], sasl };
    const bad = await openBroker(settings, { readSecret: () => Promise.resolve('hunter2secret') });
    const error = await bad.publish('any', textMessage('1', 'a')).catch((reason: unknown) => reason as Error);
    expect(String(error)).toMatch(/^BrokerError: Kafka at/);
    expect(String(error)).not.toContain('hunter2secret');
    await bad.close();
  });
});

/** Java's `toPositive(murmur2(key)) % partitions`, written from its source, to compare. */
function javaPartition(key: Buffer, partitions: number): number {
  const m = 0x5bd1e995;
  let h = 0x9747b28c ^ key.length;
  const words = key.length >> 2;
  for (let i = 0; i < words; i += 1) {
    let k = Math.imul(key.readInt32LE(i * 4), m);
    k = Math.imul(k ^ (k >>> 24), m);
    h = Math.imul(h, m) ^ k;
  }
  const tail = words * 4;
  const byte = (i: number) => key[tail + i] ?? 0;
  const rest = key.length & 3;
  if (rest === 3) h ^= byte(2) << 16;
  if (rest >= 2) h ^= byte(1) << 8;
  if (rest >= 1) h = Math.imul(h ^ byte(0), m);
  h = Math.imul(h ^ (h >>> 13), m);
  h ^= h >>> 15;
  return (h & 0x7fffffff) % partitions;
}
