// Kafka as a broker: consumer groups, offsets that are committed after acknowledgement, an idempotent producer.
import type { KafkaSettings } from '../../domain/event/broker-settings.js';
import type { Broker } from '../broker.js';
import type { BrokerContext } from '../broker-context.js';
import { keepConnected } from '../reconnect.js';
import { openCluster } from './client.js';
import { createLagReader } from './lag.js';
import { createProducer } from './publish.js';
import { receiveReplies } from './replies.js';
import { joinGroup, type KafkaSession } from './session.js';

export async function openKafka(settings: KafkaSettings, context: BrokerContext): Promise<Broker> {
  const cluster = await openCluster(settings, context);
  const producer = createProducer(cluster);
  const lagReader = createLagReader(cluster);
  const stopping = new AbortController();
  const sessions = new Set<KafkaSession>();

  /** A session that lost its connection is closed; one that shall stop is closed when nothing is held any more. */
  const closeAtEnd = async (session: KafkaSession): Promise<void> => {
    const trouble = await session.ended;
    if (trouble === undefined) await session.drain();
    await session.close();
    sessions.delete(session);
  };

  return {
    async receive(topic, deliver, { group, inFlight, onTrouble, signal }) {
      const until = AbortSignal.any([signal, stopping.signal]);
      const connect = async (aborted: Promise<void>): Promise<KafkaSession> => {
        const session = await joinGroup(cluster, { topic, deliver, group, inFlight, onTrouble }, aborted);
        sessions.add(session);
        closeAtEnd(session).catch(() => undefined);
        return session;
      };
      await keepConnected(connect, { signal: until, onTrouble });
    },
    publish: producer.publish,
    async receiveReplies(options) {
      const until = AbortSignal.any([options.signal, stopping.signal]);
      await receiveReplies(cluster, `baton-replies-${context.project ?? 'default'}`, { ...options, signal: until });
    },
    lag: lagReader.lag,
    processed: lagReader.processed,
    async close() {
      stopping.abort();
      await Promise.all([producer.close(), lagReader.close(), ...[...sessions].map((session) => session.close())]);
    },
  };
}
