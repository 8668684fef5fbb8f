// What `baton subscriptions` shows: lag, rate and dead letters, from the positions that real brokers keep.
import { expect, test } from 'vitest';
import { BrokerSettings } from '../../src/domain/event/broker-settings.js';
import { SubscriptionSettings } from '../../src/domain/event/subscription.js';
import { readLags } from '../../src/events/lag.js';
import { openBroker } from '../../src/events/open-broker.js';
import { receiving, textMessage, uniqueName } from '../support/brokers.js';
import { urlOf, withSystem } from '../support/systems.js';

const NO_SECRETS = { readSecret: () => Promise.reject(new Error('no secrets')) };

const KINDS = [
  { kind: 'redis', place: 'stream', settings: (url: string) => ({ url }), counts: true },
  { kind: 'rabbitmq', place: 'queue', settings: (url: string) => ({ url }), counts: false },
  { kind: 'kafka', place: 'topic', settings: (url: string) => ({ bootstrapServers: [url] }), counts: true },
];

test.each(KINDS)('$kind: the rate is that of all consumers of the group together', async (one) => {
  const { kind, place, settings, counts } = one;
  const url = urlOf(kind);
  if (url === undefined) return void console.warn(withSystem(kind, 'the rate'));
  const name = uniqueName('rate');
  const broker = BrokerSettings.parse({ name: 'shop', kind, ...settings(url) });
  const client = await openBroker(broker, NO_SECRETS);
  const consumers = [0, 1].map(() => receiving(client, name, undefined, { group: name }));
  let isPublishing = true;
  let count = 0;
  const publishing = (async () => {
    for (; isPublishing; count++) await client.publish(name, textMessage(`m${count}`, 'x'));
  })();
  try {
    await expect.poll(() => consumers.flatMap((got) => got.deliveries).length, { timeout: 60_000 }).toBeGreaterThan(20);
    const subscription = {
      settings: SubscriptionSettings.parse({ name, from: { broker: 'shop', [place]: name }, start: { plan: 'p' } }),
    };
    const { lag, rate, dead, problem } = (await readLags([subscription], [broker], NO_SECRETS)).get(name)!;
    expect(problem).toBeUndefined();
    expect(lag).toBeGreaterThanOrEqual(0);
    expect(dead).toBe(0);
    if (counts) expect(rate).toBeGreaterThan(0);
    else expect(rate).toBeUndefined();
  } finally {
    isPublishing = false;
    await publishing;
    await Promise.all(consumers.map((got) => got.stop()));
    await client.close();
  }
});
