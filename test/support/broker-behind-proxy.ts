// The brokers of `npm run systems`, reached through a proxy.
import { onTestFinished as onThisTestFinished } from 'vitest';
import type { BrokerSettings } from '../../src/domain/event/broker-settings.js';
import type { Broker } from '../../src/events/broker.js';
import { openBroker } from '../../src/events/open-broker.js';
import { openKafkaAt, openRabbitAt } from './brokers.js';
import { kafkaBehindProxy } from './kafka-behind-proxy.js';
import { startProxy, type TcpProxy } from './tcp-proxy.js';

export interface Far {
  readonly settings: BrokerSettings;
  readonly proxy: TcpProxy;
  /** A connection that is not cut. */
  readonly near: Broker;
}

type OnTestFinished = typeof onThisTestFinished;

/** A URL whose host is the proxy. */
async function throughProxy(
  url: string,
  onTestFinished: OnTestFinished,
): Promise<{ readonly proxy: TcpProxy; readonly far: string }> {
  const far = new URL(url);
  const proxy = await startProxy(Number(far.port), far.hostname);
  onTestFinished(() => proxy.close());
  far.host = `127.0.0.1:${proxy.port}`;
  return { proxy, far: far.href };
}

const openRedisAt = (url: string): Promise<Broker> =>
  openBroker({ name: 'b', kind: 'redis', url }, { readSecret: () => Promise.reject(new Error('no secrets')) });

/**
 * `place` is the name of what a subscription reads; `open` is called in a test, with the `onTestFinished` of its context if it runs at the same
 * time as others.
 */
export const BROKERS: readonly (readonly [
  kind: string,
  place: string,
  open: (url: string, onTestFinished?: OnTestFinished) => Promise<Far>,
])[] = [
  [
    'redis',
    'stream',
    async (url, onTestFinished = onThisTestFinished) => {
      const { proxy, far } = await throughProxy(url, onTestFinished);
      return { proxy, near: await openRedisAt(url), settings: { name: 'b', kind: 'redis', url: far } };
    },
  ],
  [
    'rabbitmq',
    'queue',
    async (url, onTestFinished = onThisTestFinished) => {
      const { proxy, far } = await throughProxy(url, onTestFinished);
      return { proxy, near: await openRabbitAt(url), settings: { name: 'b', kind: 'rabbitmq', url: far } };
    },
  ],
  [
    'kafka',
    'topic',
    async (_url, onTestFinished = onThisTestFinished) => {
      const own = await kafkaBehindProxy();
      onTestFinished(() => own.remove());
      const settings: BrokerSettings = { name: 'b', kind: 'kafka', bootstrapServers: [own.server] };
      return { proxy: own.proxy, near: await openKafkaAt(own.direct), settings };
    },
  ],
];
