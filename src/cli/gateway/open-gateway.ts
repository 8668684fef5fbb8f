// A gateway in this process, for the subscriptions of a configuration.
import type { Logger } from '@temporalio/common';
import { defined } from '../../domain/json/defined.js';
import type { EventLog } from '../../events/report.js';
import { listenForWebhooks } from './listen-for-webhooks.js';
import { createGateway } from '../../events/gateway.js';
import { secretReader } from '../../events/broker-context.js';
import type { LoadedConfig } from '../session/load-config.js';
import { valueSettings, type Session } from '../session/session.js';
import { namespaceId } from '../../temporal/namespace-id.js';
import type { Metrics } from '../../telemetry/metrics.js';
import { subscriptionSource } from '../../telemetry/subscription-source.js';
import { openValues } from '../../values.js';

export interface OpenedGateway {
  /** The names of the subscriptions that are consumed. */
  readonly subscriptions: readonly string[];
  /** Their addresses. */
  readonly webhooks: readonly string[];
  run(this: void, signal: AbortSignal): Promise<void>;
}

export interface GatewayRequest {
  readonly config: LoadedConfig;
  readonly project: string;
  readonly log: Logger;
  /** Counts what waits and what is processed; absent: nothing is counted. */
  readonly metrics: Metrics | undefined;
}

/** Throws a BrokerSettingsError. */
export async function openGateway(
  { baton, server }: Session,
  { config, project, log, metrics }: GatewayRequest,
): Promise<OpenedGateway> {
  const { brokers, subscriptions, secrets, encryption } = config;
  const { workflowService } = baton.client;
  const dataConverter = await openValues(valueSettings(config), {
    ...defined({ dataDirectory: server.dataDirectory }),
    namespaceId: (name) => namespaceId(workflowService, name),
  });
  const context = {
    ...{ ...secretReader(secrets), client: baton.client, project },
    ...defined({ taskQueue: config.taskQueue }),
  };
  const events = eventLog(log);
  const parts = { baton, project, subscriptions, log: events };
  const webhooks = await listenForWebhooks({ ...parts, ...context, listen: config.gateway.listen });
  try {
    const gateway = await createGateway({
      ...{ ...parts, server, brokers, context, dataConverter },
      isEncrypted: encryption !== undefined,
    });
    if (metrics !== undefined) {
      const counted = [...gateway.consumers].map(([name, { lag, state }]) => ({
        name,
        lag,
        counts: () => ({ ...state.counts }),
      }));
      metrics.add(subscriptionSource(metrics.make, counted));
    }
    return {
      subscriptions: subscriptions.map(({ settings }) => settings.name),
      webhooks: webhooks?.urls ?? [],
      async run(signal) {
        // It stops with the consumers, not after them.
        signal.addEventListener('abort', () => void webhooks?.close(), { once: true });
        await gateway.run(signal).finally(() => webhooks?.close());
      },
    };
  } catch (error) {
    await webhooks?.close();
    throw error;
  }
}

/** For the line that says that it is ready. */
export const consumingText = ({ subscriptions, webhooks }: OpenedGateway): Record<string, string> => ({
  subscriptions: subscriptions.join(', ') || 'none',
  ...(webhooks.length === 0 ? {} : { webhooks: webhooks.join(', ') }),
});

const eventLog = (log: Logger): EventLog => ({
  debug: (message, fields) => void log.debug(message, fields),
  info: (message, fields) => void log.info(message, fields),
  warn: (message, fields) => void log.warn(message, fields),
  error: (message, fields) => void log.error(message, fields),
});
