// Brokers that are killed and started again, while nothing happens and under load. The tests wait for their brokers, so they run at the
// same time.
import { describe, expect, test } from 'vitest';
import type { Broker } from '../../src/events/broker.js';
import { openKafkaAt, openRabbitAt, receiving, textMessage, uniqueName } from '../support/brokers.js';
import { ownSystem, urlOf, withSystem } from '../support/systems.js';

const KINDS: readonly (readonly [string, (url: string) => Promise<Broker>])[] = [
  ['rabbitmq', openRabbitAt],
  ['kafka', openKafkaAt],
];

/** Tries until the broker has confirmed the message: what a task of the kind publish does. */
async function publishFirmly(broker: Broker, to: string, id: string): Promise<void> {
  for (;;) {
    const error = await broker.publish(to, textMessage(id, id)).then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    if (error === undefined) return;
    expect(String(error)).toMatch(/^BrokerError: /);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

describe.concurrent.each(KINDS)('%s', (name, open) => {
  test.skipIf(urlOf(name) === undefined)(
    withSystem(
      name,
      'restarted while idle and killed under load: each message arrives, and nothing that was acknowledged waits',
    ),
    { timeout: 300_000 },
    async ({ expect }) => {
      const system = await ownSystem(name);
      const broker = await open(system.url);
      try {
        const to = uniqueName('restart');
        const got = receiving(broker, to);
        await publishFirmly(broker, to, '0');
        await expect.poll(() => new Set(got.bodies()).size, { timeout: 60_000 }).toBe(1);

        await system.stop();
        await expect.poll(() => got.troubles.length, { timeout: 60_000 }).toBeGreaterThan(0);
        await system.start();
        await publishFirmly(broker, to, '1');
        await expect.poll(() => new Set(got.bodies()).size, { timeout: 60_000 }).toBe(2);
        await expect.poll(() => got.troubles.at(-1), { timeout: 60_000 }).toBeUndefined();

        const publishing = (async () => {
          for (let i = 2; i < 200; i += 1) await publishFirmly(broker, to, String(i));
        })();
        await expect.poll(() => new Set(got.bodies()).size, { timeout: 60_000 }).toBeGreaterThan(40);
        await system.stop('SIGKILL');
        await system.start();
        await publishing;
        await expect.poll(() => new Set(got.bodies()).size, { timeout: 120_000 }).toBe(200);
        await expect.poll(() => broker.lag(to, 'baton-test'), { timeout: 60_000 }).toBe(0);
        await got.stop();
      } finally {
        await broker.close();
        await system.remove();
      }
    },
  );
});
