// A gateway of RabbitMQ and of Kafka: one run for each event, two gateways that share the messages, dead letters.
import { describe, expect, test } from 'vitest';
import { Baton } from '../../src/client.js';
import type { BrokerSettings } from '../../src/domain/event/broker-settings.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { openKafkaAt, openRabbitAt, receiving, textMessage, uniqueName } from '../support/brokers.js';
import { startGateway } from '../support/gateway.js';
import { urlOf, withSystem } from '../support/systems.js';
import { TEST_QUEUE, useDevServer } from '../support/temporal.js';

const plan: Plan = {
  name: 'order',
  input: { type: 'object', properties: { id: { type: 'number' } }, required: ['id'] },
  tasks: { wait: { event: 'paid' } },
};

describe.each(['rabbitmq', 'kafka'] as const)('%s', (kind) => {
  const url = urlOf(kind) ?? '';
  const settings: BrokerSettings =
    kind === 'rabbitmq' ? { name: 'b', kind, url } : { name: 'b', kind, bootstrapServers: [url] };
  const place = kind === 'rabbitmq' ? 'queue' : 'topic';
  const open = () => (kind === 'rabbitmq' ? openRabbitAt(url) : openKafkaAt(url));

  describe.skipIf(url === '')(withSystem(kind, 'a gateway'), () => {
    const temporal = useDevServer();
    const gatewayOf = (name: string) => {
      const baton = Baton.fromClient(temporal.env.client, { taskQueue: TEST_QUEUE });
      const start = { plan: 'x', input: '{% $event.data %}', run: `{% '${name}-' & $event.data.id %}` };
      const subscription = { name, from: { broker: 'b', [place]: name }, start, attempts: 2 };
      const subscriptions = [{ settings: subscription, plan }];
      return startGateway({ baton, address: temporal.env.address, broker: settings, subscriptions });
    };

    test('two gateways: each event starts one run, also one that comes twice; one that cannot be processed becomes a dead letter', async () => {
      const name = uniqueName('orders');
      const broker = await open();
      const gateways = [await gatewayOf(name), await gatewayOf(name)];
      for (const id of [1, 2, 3, 4, 5, 3, 1]) {
        const body = JSON.stringify({ id });
        await broker.publish(name, textMessage(`m${id}`, body, { key: `k${id}`, contentType: 'application/json' }));
      }
      await broker.publish(name, textMessage('bad', '{"id":"x"}', { contentType: 'application/json' }));
      const sum = (count: 'received' | 'started' | 'dead') =>
        gateways.reduce((total, gateway) => total + gateway.counts(name)[count], 0);
      await expect.poll(() => broker.lag(name, name), { timeout: 60_000 }).toBe(0);
      await expect.poll(() => sum('dead'), { timeout: 60_000 }).toBeGreaterThan(0);
      for (const id of [1, 2, 3, 4, 5]) {
        const { status } = await temporal.env.client.workflow.getHandle(`${name}-${id}`).describe();
        expect(status.name).toBe('RUNNING');
      }
      expect(sum('started')).toBe(5);
      const dead = receiving(broker, `${name}-dead`);
      // A rebalance between the dead letter and its acknowledgement repeats it.
      await expect.poll(() => dead.deliveries.length, { timeout: 60_000 }).toBeGreaterThan(0);
      expect(new Set(dead.bodies())).toEqual(new Set(['{"id":"x"}']));
      expect(dead.deliveries[0]!.headers['baton-reason']).toMatch(/input\.id: expected to be number/);
      await dead.stop();
      await Promise.all(gateways.map(({ stop }) => stop()));
      await broker.close();
    });
  });
});
