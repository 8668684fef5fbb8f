// The keys that an object of a configuration may have, for the hint about an unknown one.
import { ConfigFile, ServerSettings } from '../config.js';
import { BrokerSettings } from '../domain/event/broker-settings.js';
import {
  DeliverSettings,
  GatewaySettings,
  StartSettings,
  SubscriptionSettings,
  SubscriptionSource,
  WebhookSettings,
} from '../domain/event/subscription.js';
import type { Path } from '../domain/problem.js';
import { SecretSettings } from '../domain/secret.js';

const keysOf = ({ shape }: { readonly shape: object }): readonly string[] => Object.keys(shape);

/** By path, without the indices of lists. */
const PARTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['', keysOf(ConfigFile)],
  ['server', keysOf(ServerSettings)],
  ['secrets', keysOf(SecretSettings)],
  ['brokers', [...new Set(BrokerSettings.options.flatMap(keysOf))]],
  ['gateway', keysOf(GatewaySettings)],
  ['subscriptions', keysOf(SubscriptionSettings)],
  ['subscriptions.from', keysOf(SubscriptionSource)],
  ['subscriptions.from.webhook', keysOf(WebhookSettings)],
  ['subscriptions.from.webhook.signature', ['scheme', 'secret']],
  ['subscriptions.start', keysOf(StartSettings)],
  ['subscriptions.deliver', keysOf(DeliverSettings)],
  ['subscriptions.deadLetter', ['to']],
]);

/** Those of the whole configuration for an object that is not listed: keys are often written at the wrong level. */
export const knownKeys = (path: Path): readonly string[] =>
  PARTS.get(path.filter((key) => typeof key === 'string').join('.')) ?? PARTS.get('')!;
