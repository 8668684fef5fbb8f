// The subscriptions of a configuration, with what waits for them.
import type { Io } from '../terminal/io.js';
import type { ServerOptions } from '../arguments/options.js';
import { inSession } from '../session/session.js';
import { secretReader, type BrokerContext } from '../../events/broker-context.js';
import { readLags, type SubscriptionLag } from '../../events/lag.js';
import { placeOf, type SubscriptionSettings } from '../../domain/event/subscription.js';
import type { LoadedConfig } from '../session/load-config.js';

export interface ListedSubscription extends SubscriptionLag {
  readonly name: string;
  /** `shop/orders`, or the path of a webhook. */
  readonly from: string;
  readonly action: 'start' | 'deliver';
}

/** Connects to a Temporal server only if topics are kept there. */
export async function listSubscriptions(
  io: Io,
  options: ServerOptions,
  config: LoadedConfig,
): Promise<ListedSubscription[]> {
  const read = (more: Partial<BrokerContext>) =>
    readLags(config.subscriptions, config.brokers, { ...secretReader(config.secrets), ...more });
  const usesTopics = config.brokers.some(({ kind }) => kind === 'temporal');
  const lags = usesTopics
    ? await inSession(io, { options, config, start: false }, ({ baton }) =>
        read({ client: baton.client, project: config.project }),
      )
    : await read({});
  return config.subscriptions.map(({ settings }) => ({
    name: settings.name,
    from: fromText(settings),
    action: settings.start === undefined ? 'deliver' : 'start',
    ...lags.get(settings.name),
  }));
}

const fromText = ({ from }: SubscriptionSettings): string =>
  from.webhook === undefined ? `${from.broker}/${placeOf(from)}` : `webhook ${from.webhook.path}`;
