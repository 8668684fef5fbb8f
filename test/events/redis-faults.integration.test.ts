import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Baton } from '../../src/client.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { openRedis } from '../../src/events/redis/redis-broker.js';
import { startGateway } from '../support/gateway.js';
import { hasRedis, useRedis } from '../support/redis.js';
import { TEST_QUEUE, useDevServer } from '../support/temporal.js';

const plan: Plan = { name: 'order', tasks: { wait: { event: 'paid' } } };

describe.skipIf(!hasRedis)('a gateway, if Redis fails', () => {
  const temporal = useDevServer();
  const redis = useRedis();
  const unique = () => `s${randomUUID().slice(0, 8)}`;
  const baton = () => Baton.fromClient(temporal.env.client, { taskQueue: TEST_QUEUE });

  const start = (names: readonly string[], url = redis.url) =>
    startGateway({
      ...{ baton: baton(), address: temporal.env.address, broker: { name: 'shop', kind: 'redis', url } },
      subscriptions: names.map((name) => ({
        settings: {
          ...{ name, from: { broker: 'shop', stream: name } },
          start: { plan: 'x', run: `{% '${name}-' & $event.data.id %}` },
        },
        plan,
      })),
    });
  const pending = async (name: string) => (await redis.client.xPending(name, name)).pending;

  test('a Redis that restarts while nothing happens is used again', async () => {
    const name = unique();
    const gateway = await start([name]);
    await redis.client.xAdd(name, '*', { id: '1' });
    await expect.poll(() => gateway.counts(name).started).toBe(1);
    await redis.kill();
    await expect.poll(() => gateway.trouble(name)).toContain(`broker shop (${redis.url})`);
    await redis.start();
    await expect.poll(() => redis.client.xAdd(name, '*', { id: '2' }).catch(() => undefined)).toBeTruthy();
    await expect.poll(() => gateway.counts(name).started).toBe(2);
    expect(gateway.trouble(name)).toBeUndefined();
  });

  test('a Redis that restarts under load causes each run once, and keeps no message', async () => {
    const name = unique();
    const gateway = await start([name]);
    for (let id = 0; id < 60; id++) {
      if (id === 30) {
        await redis.kill();
        await redis.start();
      }
      await expect.poll(() => redis.client.xAdd(name, '*', { id: String(id) }).catch(() => undefined)).toBeTruthy();
    }
    await expect.poll(() => gateway.counts(name).started).toBe(60);
    await expect.poll(() => pending(name), { timeout: 60_000 }).toBe(0);
    expect(gateway.counts(name).dead).toBe(0);
  });

  test('a key that is not a stream stops its own subscription, until it is one', async () => {
    const [wrong, right] = [unique(), unique()];
    await redis.client.set(wrong, 'text');
    const gateway = await start([wrong, right]);
    await redis.client.xAdd(right, '*', { id: '1' });
    await expect.poll(() => gateway.counts(right).started).toBe(1);
    await expect.poll(() => gateway.trouble(wrong)).toContain('WRONGTYPE');
    await redis.client.del(wrong);
    await redis.client.xAdd(wrong, '*', { id: '1' });
    await expect.poll(() => gateway.counts(wrong).started).toBe(1);
  });

  test('wrong credentials are reported with the address, and without the password', async () => {
    const name = unique();
    const gateway = await start([name], redis.url.replace('redis://', 'redis://user:hunter22@'));
    await expect.poll(() => gateway.trouble(name)).toContain('WRONGPASS');
    expect(gateway.trouble(name)).toContain(`broker shop (${redis.url})`);
    expect(gateway.said.join('\n')).not.toContain('hunter22');
  });

  test('a stream that is deleted is made again', async () => {
    const name = unique();
    const gateway = await start([name]);
    await redis.client.xAdd(name, '*', { id: '1' });
    await expect.poll(() => gateway.counts(name).started).toBe(1);
    await redis.client.del(name);
    await redis.client.xAdd(name, '*', { id: '2' });
    await expect.poll(() => gateway.counts(name).started).toBe(2);
  });

  test('a message that a slow consumer holds is not claimed, one of a consumer that has died is', async () => {
    const [stream, other] = [unique(), unique()];
    await redis.client.xGroupCreate(other, 'g', '0', { MKSTREAM: true });
    const context = { readSecret: () => Promise.reject(new Error('none')) };
    const open = () => openRedis({ name: 'shop', kind: 'redis', url: redis.url }, context, { claimAfterMs: 1_500 });
    await redis.client.xGroupCreate(stream, 'g', '0', { MKSTREAM: true });
    await redis.client.xAdd(stream, '*', { of: 'the dead' });
    await redis.client.xReadGroup('g', 'dead', { key: stream, id: '>' }, { COUNT: 1 });
    await redis.client.xAdd(stream, '*', { of: 'the slow' });
    const leave = new AbortController();
    const received: string[] = [];
    const acknowledgements: (() => Promise<void>)[] = [];
    const [slow, quick] = [await open(), await open()];
    const receive = (broker: typeof slow, consumer: string) =>
      broker.receive(
        stream,
        (delivery) => {
          received.push(`${Buffer.from(delivery.body).toString()} ${delivery.deliveries}`);
          acknowledgements.push(delivery.acknowledge);
        },
        { group: 'g', consumer, inFlight: 10, signal: leave.signal, onTrouble: () => undefined },
      );
    const first = receive(slow, 'slow');
    await expect.poll(() => received).toEqual(['{"of":"the slow"} 1', '{"of":"the dead"} 2']);
    const second = receive(quick, 'quick');
    let claimed = 0;
    const options = { group: 'g', consumer: 'quick', inFlight: 10, signal: leave.signal, onTrouble: () => undefined };
    const third = quick.receive(other, (delivery) => void delivery.acknowledge().then(() => claimed++), options);
    // When messages of others have been claimed, the slow one's was old enough for it, too, had it not been refreshed.
    for (const round of [1, 2]) {
      await redis.client.xAdd(other, '*', { round: String(round) });
      await redis.client.xReadGroup('g', 'dead', { key: other, id: '>' }, { COUNT: 1 });
      await expect.poll(() => claimed).toBe(round);
    }
    expect(received).toHaveLength(2);
    for (const acknowledge of acknowledgements) await acknowledge();
    expect((await redis.client.xPending(stream, 'g')).pending).toBe(0);
    leave.abort();
    await Promise.all([first, second, third]);
    await Promise.all([slow.close(), quick.close()]);
  });
});
