import { expect, test } from 'vitest';
import type { Baton } from '../../../src/client.js';
import { SubscriptionSettings } from '../../../src/domain/event/subscription.js';
import { webhookRoutes } from '../../../src/events/webhook/routes.js';

const subscription = (webhook: object) => ({
  settings: SubscriptionSettings.parse({
    name: 'hook',
    from: { webhook: { path: '/hook', ...webhook } },
    deliver: { run: 'r', event: 'e' },
  }),
});

/** The client is not used before an event comes. */
const parts = (readSecret: () => Promise<string>) => ({
  baton: {} as Baton,
  mailboxes: { hasMail: () => Promise.resolve(false), keep: () => Promise.resolve() },
  readSecret,
});
const routesOf = (webhook: object, secret = 'c2VjcmV0') =>
  webhookRoutes(
    [subscription(webhook)],
    parts(() => Promise.resolve(secret)),
  );

test('a webhook without signature and secret is open to everyone', async () => {
  const [route] = await routesOf({});
  expect(route).toMatchObject({ path: '/hook', scheme: undefined, verify: undefined });
});

test('a secret alone is a token', async () => {
  const [route] = await routesOf({ secret: { env: 'TOKEN' } });
  expect(route!.verify!({ authorization: 'Bearer c2VjcmV0' }, Buffer.alloc(0))).toBeUndefined();
  expect(route!.verify!({}, Buffer.alloc(0))).toContain('expected the header Authorization');
});

test('a secret that does not fit the scheme is refused before anything is served', async () => {
  const signature = { scheme: 'standard-webhooks', secret: { env: 'TOKEN' } };
  await expect(routesOf({ signature }, 'whsec_ä')).rejects.toThrow(/^subscription hook: /);
});

test('a secret that is not there is refused with the name of the subscription', async () => {
  const missing = parts(() => Promise.reject(new Error('TOKEN is not set')));
  await expect(webhookRoutes([subscription({ secret: { env: 'TOKEN' } })], missing)).rejects.toThrow(
    'subscription hook: TOKEN is not set',
  );
});
