// The network between a gateway and its broker is cut for ten seconds, after they have connected.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Baton } from '../../src/client.js';
import type { BrokerSettings } from '../../src/domain/event/broker-settings.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import type { Broker } from '../../src/events/broker.js';
import { openBroker } from '../../src/events/open-broker.js';
import { openKafkaAt, openRabbitAt, textMessage, uniqueName } from '../support/brokers.js';
import { startGateway } from '../support/gateway.js';
import { kafkaBehindProxy } from '../support/kafka-behind-proxy.js';
import { urlOf, withSystem } from '../support/systems.js';
import { startProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { TEST_QUEUE, useDevServer } from '../support/temporal.js';

const CUT_MS = 10_000;
const SLOW = { timeout: 90_000, interval: 250 };
const EACH = 20;

const plan: Plan = { name: 'order', tasks: { wait: { event: 'paid' } } };

interface Far {
  readonly settings: BrokerSettings;
  readonly proxy: TcpProxy;
  /** A connection that is not cut. */
  readonly near: Broker;
}

/** A URL whose host is the proxy. */
async function throughProxy(url: string): Promise<{ readonly proxy: TcpProxy; readonly far: string }> {
  const far = new URL(url);
  const proxy = await startProxy(Number(far.port), far.hostname);
  onTestFinished(() => proxy.close());
  far.host = `127.0.0.1:${proxy.port}`;
  return { proxy, far: far.href };
}

const openRedisAt = (url: string): Promise<Broker> =>
  openBroker({ name: 'b', kind: 'redis', url }, { readSecret: () => Promise.reject(new Error('no secrets')) });

const KINDS: readonly (readonly [kind: string, place: string, open: (url: string) => Promise<Far>])[] = [
  [
    'redis',
    'stream',
    async (url) => {
      const { proxy, far } = await throughProxy(url);
      return { proxy, near: await openRedisAt(url), settings: { name: 'b', kind: 'redis', url: far } };
    },
  ],
  [
    'rabbitmq',
    'queue',
    async (url) => {
      const { proxy, far } = await throughProxy(url);
      return { proxy, near: await openRabbitAt(url), settings: { name: 'b', kind: 'rabbitmq', url: far } };
    },
  ],
  [
    'kafka',
    'topic',
    async () => {
      const own = await kafkaBehindProxy();
      onTestFinished(() => own.remove());
      const settings: BrokerSettings = { name: 'b', kind: 'kafka', bootstrapServers: [own.server] };
      return { proxy: own.proxy, near: await openKafkaAt(own.direct), settings };
    },
  ],
];

describe.each(KINDS)('%s', (kind, place, open) => {
  describe.skipIf(urlOf(kind) === undefined)(withSystem(kind, 'a gateway'), () => {
    const temporal = useDevServer();

    test(
      'the network is cut for 10 s while events arrive: each starts its run, and none is a dead letter',
      { timeout: 300_000 },
      async () => {
        const name = uniqueName('orders');
        const { proxy, near, settings } = await open(urlOf(kind)!);
        onTestFinished(() => near.close());
        const gateway = await startGateway({
          baton: Baton.fromClient(temporal.env.client, { taskQueue: TEST_QUEUE }),
          address: temporal.env.address,
          broker: settings,
          subscriptions: [
            {
              settings: {
                ...{ name, from: { broker: 'b', [place]: name } },
                start: { plan: 'x', run: `{% '${name}-' & $event.data.id %}` },
              },
              plan,
            },
          ],
        });
        let next = 0;
        const publish = async (count: number): Promise<void> => {
          for (const until = next + count; next < until; next++)
            await near.publish(
              name,
              textMessage(String(next), `{"id":"${next}"}`, { key: `k${next % 3}`, contentType: 'application/json' }),
            );
        };
        await publish(EACH);
        await expect.poll(() => gateway.counts(name).started, SLOW).toBe(EACH);
        await publish(EACH);
        proxy.cut();
        await publish(EACH);
        await sleep(CUT_MS);
        expect(gateway.trouble(name)).toContain('127.0.0.1');
        proxy.mend();
        await publish(EACH);
        await expect.poll(() => near.lag(name, name), SLOW).toBe(0);
        await expect.poll(() => gateway.counts(name).started, SLOW).toBe(4 * EACH);
        expect(gateway.counts(name).dead).toBe(0);
        await expect.poll(() => gateway.trouble(name), SLOW).toBeUndefined();
        await gateway.stop();
      },
    );
  });
});
