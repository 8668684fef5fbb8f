// The webhooks of a configuration: which path causes what.
import type { Baton } from '../../client.js';
import { compileDecision } from '../../domain/event/decide.js';
import { readEvent } from '../../domain/event/read-event.js';
import type { WebhookSettings } from '../../domain/event/subscription.js';
import { createAct, type Mailboxes, type Subscription } from '../act.js';
import { BrokerSettingsError } from '../../domain/event/broker-error.js';
import type { BrokerContext } from '../broker-context.js';
import type { Message } from '../broker.js';
import { isOfMessage, reasonOf } from '../error-kind.js';
import type { WebhookOutcome, WebhookRoute } from './server.js';
import { bearerToken, signatureOf, type Verify } from './signature.js';

export interface RouteParts {
  readonly baton: Baton;
  readonly mailboxes: Mailboxes;
  readonly readSecret: BrokerContext['readSecret'];
}

/** Throws a BrokerSettingsError for a secret that is not there, or that does not fit its scheme. */
export async function webhookRoutes(
  subscriptions: readonly Subscription[],
  parts: RouteParts,
): Promise<WebhookRoute[]> {
  const routes = [];
  for (const subscription of subscriptions) {
    const { from, name } = subscription.settings;
    if (from.webhook !== undefined) routes.push(await routeOf(name, from.webhook, subscription, parts));
  }
  return routes;
}

async function routeOf(
  name: string,
  webhook: WebhookSettings,
  subscription: Subscription,
  { baton, mailboxes, readSecret }: RouteParts,
): Promise<WebhookRoute> {
  const decide = compileDecision(subscription.settings);
  const act = createAct(baton, subscription, mailboxes);
  const process = async (message: Message): Promise<WebhookOutcome> => {
    try {
      const event = readEvent(message);
      const { outcome, run } = await act(event, decide(event));
      return { accepted: true, did: outcome, ...(run === undefined ? {} : { run }) };
    } catch (error) {
      return { accepted: false, again: !isOfMessage(error), reason: reasonOf(error) };
    }
  };
  const verify = await verifierOf(name, webhook, readSecret);
  return { path: webhook.path, scheme: webhook.signature?.scheme, verify, process };
}

async function verifierOf(
  name: string,
  { signature, secret }: WebhookSettings,
  readSecret: BrokerContext['readSecret'],
): Promise<Verify | undefined> {
  const source = signature?.secret ?? secret;
  if (source === undefined) return undefined;
  try {
    const value = await readSecret(source, `the secret of subscription ${name}`);
    return signature === undefined ? bearerToken(value) : signatureOf(signature.scheme, value);
  } catch (error) {
    throw new BrokerSettingsError(`subscription ${name}: ${reasonOf(error)}`, { cause: error });
  }
}
