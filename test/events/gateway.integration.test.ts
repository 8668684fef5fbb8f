import { expect, test } from 'vitest';
import { Baton } from '../../src/client.js';
import { readLags } from '../../src/events/lag.js';
import { SubscriptionSettings } from '../../src/domain/event/subscription.js';
import { startGateway } from '../support/gateway.js';
import { TEST_QUEUE, useDevServer } from '../support/temporal.js';

const temporal = useDevServer();

test('a gateway whose broker is not there, or that has webhooks only, runs until it is stopped', async () => {
  const baton = Baton.fromClient(temporal.env.client, { taskQueue: TEST_QUEUE });
  const broker = { name: 'gone', kind: 'redis', url: 'redis://127.0.0.1:1' } as const;
  const common = { baton, broker, address: temporal.env.address };
  const settings = { name: 'orders', from: { broker: 'gone', stream: 'x' }, deliver: { run: 'r', event: 'e' } };
  const gateway = await startGateway({ ...common, subscriptions: [{ settings }] });
  const plan = { name: 'p', tasks: { wait: { event: 'e' } } };
  const hook = { name: 'hook', from: { webhook: { path: '/x' } }, start: { plan: 'p' } };
  const idle = await startGateway({ ...common, subscriptions: [{ settings: hook, plan }] });
  let hasEnded = false;
  void idle.ended.then(() => (hasEnded = true));
  const refused = 'broker gone (redis://127.0.0.1:1): connect ECONNREFUSED 127.0.0.1:1';
  await expect.poll(() => gateway.trouble('orders')).toBe(refused);
  expect(gateway.said).toContain(`subscription orders: ${refused}; trying again`);
  expect(hasEnded).toBe(false);
  await Promise.all([gateway.stop(), idle.stop()]);
  expect(hasEnded).toBe(true);
  const context = { readSecret: () => Promise.reject(new Error('none')) };
  const lags = await readLags([{ settings: SubscriptionSettings.parse(settings) }], [broker], context);
  expect(lags.get('orders')).toEqual({ problem: refused });
});
