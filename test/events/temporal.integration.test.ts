// Topics that Workflows keep, on a real server.
import { expect, test } from 'vitest';
import type { Broker, Delivery } from '../../src/events/broker.js';
import { createTemporalBroker } from '../../src/events/temporal/temporal-broker.js';
import { useWorkers } from '../support/workers.js';

const workers = useWorkers();

const message = (id: string, key?: string) => ({
  id,
  key,
  headers: { 'ce-type': 'order' },
  contentType: 'application/json',
  body: new TextEncoder().encode(JSON.stringify({ id })),
});

const brokerOn = (taskQueue: string): Broker =>
  createTemporalBroker({ client: workers.env.client, name: 'inner', project: 'shop', taskQueue });

/** Receives until the test is over; each delivery is handled by the test. */
function consume(broker: Broker, topic: string, consumer: string, handle: (delivery: Delivery) => void, inFlight = 10) {
  const stop = new AbortController();
  const troubles: (Error | undefined)[] = [];
  const over = broker.receive(topic, handle, {
    group: 'g',
    consumer,
    inFlight,
    signal: stop.signal,
    onTrouble: (trouble) => troubles.push(trouble),
  });
  const end = async () => {
    stop.abort();
    await over;
  };
  return { end, troubles };
}

test('temporal topics: what is published is delivered whole, once for each id, and is gone when it is acknowledged', async () => {
  await workers.start({ agents: [], taskQueues: ['t1'] });
  const broker = brokerOn('t1');
  for (const id of ['a', 'b', 'a']) await broker.publish('orders', message(id));
  const got: Delivery[] = [];
  const consumer = consume(broker, 'orders', 'one', (delivery) => {
    got.push(delivery);
    void delivery.acknowledge();
  });
  await expect.poll(() => got.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(got[0]).toMatchObject({ source: 'temporal://inner/orders', headers: { 'ce-type': 'order' }, deliveries: 1 });
  expect(new TextDecoder().decode(got[0]!.body)).toBe('{"id":"a"}');
  await expect.poll(() => broker.lag('orders', 'g')).toBe(0);
  await consumer.end();
});

test('temporal topics: a rejected message comes again, and those of its key wait for it', async () => {
  await workers.start({ agents: [], taskQueues: ['t2'] });
  const broker = brokerOn('t2');
  for (const id of ['k1', 'k2']) await broker.publish('keyed', message(id, 'k'));
  const got: string[] = [];
  const consumer = consume(broker, 'keyed', 'one', ({ id, deliveries, acknowledge, reject }) => {
    got.push(`${id} ${deliveries}`);
    void (deliveries === 1 && id === 'k1' ? reject() : acknowledge());
  });
  await expect.poll(() => got).toEqual(['k1 1', 'k1 2', 'k2 1']);
  await consumer.end();
});

test('temporal topics: two consumers share 300 messages, each processed once, while the worker is replaced', async () => {
  const first = await workers.start({ agents: [], taskQueues: ['t3'] });
  const broker = brokerOn('t3');
  const seen: string[] = [];
  const handle = ({ id, acknowledge }: Delivery) => {
    seen.push(id!);
    void acknowledge().catch(() => undefined);
  };
  const consumers = ['one', 'two'].map((name) => consume(broker, 'many', name, handle));
  const all = Array.from({ length: 300 }, (_, n) => `m${n}`);
  const publish = async (ids: readonly string[]) => {
    for (let n = 0; n < ids.length; n += 5)
      await Promise.all(ids.slice(n, n + 5).map((id) => broker.publish('many', message(id))));
  };
  await publish(all.slice(0, 150));
  await first.stop();
  await workers.start({ agents: [], taskQueues: ['t3'] });
  await publish(all.slice(150));
  await expect.poll(() => new Set(seen).size, { timeout: 90_000 }).toBe(300);
  await expect.poll(() => broker.lag('many', 'g')).toBe(0);
  await Promise.all(consumers.map(({ end }) => end()));
  await broker.close();
});
