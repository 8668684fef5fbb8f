// The kinds of brokers. The code of a kind, and its package, are loaded only if a configuration has a broker of it.
import type { Client } from '@temporalio/client';
import type { BrokerKind, BrokerSettings } from '../domain/event/broker-settings.js';
import type { SecretSource } from '../domain/secret.js';
import type { Broker } from './broker.js';

export interface BrokerContext {
  /** `what` begins the message of a failure. */
  readonly readSecret: (source: SecretSource, what: string) => Promise<string>;
  /** For topics that Workflows keep. */
  readonly client?: Client;
  readonly project?: string;
}

type Open<K extends BrokerKind> = (
  settings: Extract<BrokerSettings, { kind: K }>,
  context: BrokerContext,
) => Promise<Broker>;

const KINDS: { readonly [K in BrokerKind]?: Open<K> } = {
  rabbitmq: async (settings, context) => (await import('./rabbitmq/rabbitmq-broker.js')).openRabbit(settings, context),
  kafka: async (settings, context) => (await import('./kafka/kafka-broker.js')).openKafka(settings, context),
};

/** The settings of a broker cannot be used: a variable is not set, a package is not installed. */
export class BrokerSettingsError extends Error {
  override readonly name = 'BrokerSettingsError';
}

/** Does not wait for the broker: it may come later. Throws a BrokerSettingsError. */
export async function openBroker<K extends BrokerKind>(
  settings: Extract<BrokerSettings, { kind: K }>,
  context: BrokerContext,
): Promise<Broker> {
  const open: Open<K> | undefined = KINDS[settings.kind];
  if (open === undefined)
    throw new BrokerSettingsError(`broker ${settings.name}: kind ${settings.kind} is not supported`);
  return await open(settings, context);
}
