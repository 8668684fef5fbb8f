// The kinds of brokers. The code of a kind, and its package, are loaded only if a configuration has a broker of it.
import type { BrokerKind, BrokerSettings } from '../domain/event/broker-settings.js';
import type { Broker } from './broker.js';
import type { BrokerContext } from './broker-context.js';

type Open<K extends BrokerKind> = (
  settings: Extract<BrokerSettings, { kind: K }>,
  context: BrokerContext,
) => Promise<Broker>;

const KINDS: { readonly [K in BrokerKind]: Open<K> } = {
  redis: async (settings, context) => (await import('./redis/redis-broker.js')).openRedis(settings, context),
  rabbitmq: async (settings, context) => (await import('./rabbitmq/rabbitmq-broker.js')).openRabbit(settings, context),
  kafka: async (settings, context) => (await import('./kafka/kafka-broker.js')).openKafka(settings, context),
  temporal: async (settings, context) =>
    (await import('./temporal/temporal-broker.js')).openTemporal(settings, context),
};

/** Does not wait for the broker: it may come later. Throws a BrokerSettingsError. */
export async function openBroker<K extends BrokerKind>(
  settings: Extract<BrokerSettings, { kind: K }>,
  context: BrokerContext,
): Promise<Broker> {
  const open: Open<K> = KINDS[settings.kind];
  return await open(settings, context);
}
