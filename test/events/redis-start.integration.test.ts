import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Baton } from '../../src/client.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { startGateway, type TestGatewayOptions } from '../support/gateway.js';
import { hasRedis, useRedis } from '../support/redis.js';
import { TEST_QUEUE, useDevServer } from '../support/temporal.js';

const plan: Plan = {
  name: 'order',
  input: { type: 'object', properties: { id: { type: 'number' } }, required: ['id'] },
  tasks: { wait: { event: 'paid' } },
};

describe.skipIf(!hasRedis)('a gateway of Redis', () => {
  const temporal = useDevServer();
  const redis = useRedis();
  const makeBaton = () => Baton.fromClient(temporal.env.client, { taskQueue: TEST_QUEUE });
  const unique = () => `s${randomUUID().slice(0, 8)}`;

  const gatewayFor = (settings: object & { name: string }, more: Partial<TestGatewayOptions> = {}) =>
    startGateway({
      baton: makeBaton(),
      broker: { name: 'shop', kind: 'redis', url: redis.url },
      subscriptions: [{ settings: { from: { broker: 'shop', stream: settings.name }, ...settings }, plan }],
      ...more,
    });

  const starting = (name: string, more: object = {}) => ({
    name,
    start: { plan: 'x', input: '{% { "id": $number($event.data.id) } %}', run: `{% '${name}-' & $event.data.id %}` },
    ...more,
  });

  test('a message starts a run, and is acknowledged', async () => {
    const name = unique();
    const gateway = await gatewayFor(starting(name));
    await redis.client.xAdd(name, '*', { id: '7' });
    await expect.poll(() => gateway.counts(name)).toMatchObject({ received: 1, started: 1 });
    expect((await makeBaton().startOf(`${name}-7`)).input).toEqual({ id: 7 });
    await expect.poll(async () => (await redis.client.xPending(name, name)).pending).toBe(0);
  });

  test('a message that does not fit becomes a dead letter with the reason, and the next one is processed', async () => {
    const name = unique();
    const gateway = await gatewayFor(starting(name, { attempts: 2 }));
    await redis.client.xAdd(name, '*', { data: '{"id":"seven"}' });
    await redis.client.xAdd(name, '*', { data: '{"id":8}' });
    await expect.poll(() => gateway.counts(name)).toMatchObject({ started: 1, dead: 1 });
    const [dead] = (await redis.client.xRange(`${name}-dead`, '-', '+')) ?? [];
    expect(dead?.message).toMatchObject({
      data: '{"id":"seven"}',
      'baton-subscription': name,
      'baton-attempts': '2',
      'baton-source': `redis://shop/${name}`,
    });
    expect(dead?.message['baton-reason']).toMatch(/^start\.input: /);
    await expect.poll(async () => (await redis.client.xPending(name, name)).pending).toBe(0);
  });
});
