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

  const gatewayFor = (
    settings: { readonly name: string; readonly [key: string]: unknown },
    more: Partial<TestGatewayOptions> = {},
  ) =>
    startGateway({
      baton: makeBaton(),
      address: temporal.env.address,
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

  test('an event for a run that does not exist yet is kept, and delivered in order when the run exists', async () => {
    const name = unique();
    const run = `late-${name}`;
    const gateway = await gatewayFor({ name, deliver: { run, event: 'step' } });
    for (const step of ['1', '2', '3']) await redis.client.xAdd(name, '*', { step });
    await expect.poll(() => gateway.counts(name)).toMatchObject({ received: 3, kept: 3 });
    await expect.poll(async () => (await redis.client.xPending(name, name)).pending).toBe(0);
    const steps: Plan = {
      name: 'steps',
      tasks: {
        a: { event: 'step' },
        b: { event: 'step', needs: ['a'] },
        c: { event: 'step', needs: ['b'] },
      },
      output: '{% [$tasks.a.output.step, $tasks.b.output.step, $tasks.c.output.step] %}',
    };
    const started = await temporal.start(steps, { id: run });
    expect((await started.result()).output).toEqual(['1', '2', '3']);
  });

  test('an event with a name that its run does not know becomes a dead letter', async () => {
    const name = unique();
    await temporal.start(plan, { id: `run-of-${name}`, input: { id: 1 } });
    const gateway = await gatewayFor({ name, attempts: 2, deliver: { run: `run-of-${name}`, event: 'payed' } });
    await redis.client.xAdd(name, '*', { amount: '1' });
    await expect.poll(() => gateway.counts(name)).toMatchObject({ dead: 1 });
    const [dead] = (await redis.client.xRange(`${name}-dead`, '-', '+')) ?? [];
    expect(dead?.message['baton-reason']).toContain('expected a name that a task of run');
  });
});
