// Events that cannot be processed, from each real broker: each becomes a dead letter with its reason, and does not hold up the next one.
import { Admin } from '@platformatic/kafka';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Baton } from '../../src/client.js';
import type { BrokerSettings } from '../../src/domain/event/broker-settings.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import type { OutgoingMessage } from '../../src/events/broker.js';
import { openBroker } from '../../src/events/open-broker.js';
import { receiving, textMessage, uniqueName } from '../support/brokers.js';
import { startGateway } from '../support/gateway.js';
import { urlOf, withSystem } from '../support/systems.js';
import { TEST_QUEUE, useDevServer } from '../support/temporal.js';

const SLOW = { timeout: 90_000 };
const LARGE = 20 * 1_024 * 1_024;
const plan: Plan = { name: 'order', tasks: { wait: { event: 'paid' } } };

const KINDS = [
  { kind: 'redis', place: 'stream', at: (url: string) => ({ url }) },
  { kind: 'rabbitmq', place: 'queue', at: (url: string) => ({ url }) },
  { kind: 'kafka', place: 'topic', at: (url: string) => ({ bootstrapServers: [url] }) },
] as const;

/** Topics accept 1 MB otherwise. */
async function makeLargeTopics(server: string, ...topics: string[]): Promise<void> {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [server] });
  const configs = [{ name: 'max.message.bytes', value: String(2 * LARGE) }];
  await admin.createTopics({ topics, partitions: 1, replicas: 1, configs });
  await admin.close();
}

describe.each(KINDS)('$kind', ({ kind, place, at }) => {
  const url = urlOf(kind);

  describe.skipIf(url === undefined)(withSystem(kind, 'a gateway'), () => {
    const temporal = useDevServer();

    test('an event of 20 MB, JSON that is none and a CloudEvent without id are dead letters, and the next event starts its run', async () => {
      const name = uniqueName('bad');
      const settings = { name: 'b', kind, ...at(url!) } as BrokerSettings;
      const broker = await openBroker(settings, { readSecret: () => Promise.reject(new Error('no secrets')) });
      onTestFinished(() => broker.close());
      if (kind === 'kafka') await makeLargeTopics(url!, name, `${name}-dead`);
      const gateway = await startGateway({
        baton: Baton.fromClient(temporal.env.client, { taskQueue: TEST_QUEUE }),
        ...{ address: temporal.env.address, broker: settings },
        subscriptions: [
          {
            settings: {
              ...{ name, from: { broker: 'b', [place]: name }, attempts: 2 },
              start: { plan: 'x', run: `{% '${name}-' & $event.data.id %}` },
            },
            plan,
          },
        ],
      });
      const json = { contentType: 'application/json', key: 'k' };
      const messages: OutgoingMessage[] = [
        { ...textMessage('large', '', json), body: Buffer.alloc(LARGE, ' ') },
        textMessage('broken', '{"id": 1', json),
        textMessage('nameless', JSON.stringify({ specversion: '1.0', source: '/shop', type: 'order' }), {
          ...{ contentType: 'application/cloudevents+json', key: 'k' },
        }),
        textMessage('good', '{"id": 7}', json),
      ];
      for (const message of messages) await broker.publish(name, message);
      await expect.poll(() => gateway.counts(name), SLOW).toMatchObject({ dead: 3, started: 1 });
      await expect.poll(() => broker.lag(name, name), SLOW).toBe(0);

      const dead = receiving(broker, `${name}-dead`);
      await dead.count(3);
      const reasons = dead.deliveries.map(({ headers }) => headers['baton-reason']);
      expect(reasons).toEqual([
        `event: expected at most ${16 * 1_024 * 1_024} bytes, got ${LARGE}; store the data where agents can fetch it, and send a reference to it`,
        expect.stringMatching(/^body: expected JSON, as its content type says, got an error: /),
        'event.id: a CloudEvent needs text here, got nothing',
      ]);
      expect(dead.deliveries[0]!.body.length).toBe(LARGE);
      await dead.stop();
      await gateway.stop();
    }, 300_000);
  });
});
