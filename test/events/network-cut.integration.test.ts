// The network between a gateway and its broker is cut for ten seconds, after they have connected. The tests wait for that, so they run at the
// same time.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, test } from 'vitest';
import { Baton } from '../../src/client.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { BROKERS } from '../support/broker-behind-proxy.js';
import { textMessage, uniqueName } from '../support/brokers.js';
import { startGateway } from '../support/gateway.js';
import { urlOf, withSystem } from '../support/systems.js';
import { TEST_QUEUE, useDevServer } from '../support/temporal.js';

const CUT_MS = 10_000;
const SLOW = { timeout: 90_000, interval: 250 };
const EACH = 20;

const plan: Plan = { name: 'order', tasks: { wait: { event: 'paid' } } };

const temporal = useDevServer();

describe.concurrent.each(BROKERS)('%s', (kind, place, open) => {
  describe.skipIf(urlOf(kind) === undefined)(withSystem(kind, 'a gateway'), () => {
    test(
      'the network is cut for 10 s while events arrive: each starts its run, and none is a dead letter',
      { timeout: 300_000 },
      async ({ expect, onTestFinished }) => {
        const name = uniqueName('orders');
        const { proxy, near, settings } = await open(urlOf(kind)!, onTestFinished);
        onTestFinished(() => near.close());
        const gateway = await startGateway({
          onTestFinished,
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
        await expect.poll(() => gateway.trouble(name) ?? '', SLOW).toContain('127.0.0.1');
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
