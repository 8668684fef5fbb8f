// The subscriptions of a configuration, with what waits for them.
import { secretReader } from '../../events/broker-context.js';
import { readLags, type SubscriptionLag } from '../../events/lag.js';
import { placeOf, type SubscriptionSettings } from '../../domain/event/subscription.js';
import type { LoadedConfig } from '../session/load-config.js';

export interface ListedSubscription extends SubscriptionLag {
  readonly name: string;
  /** `shop/orders`, or the path of a webhook. */
  readonly from: string;
  readonly action: 'start' | 'deliver';
}

export async function listSubscriptions(config: LoadedConfig): Promise<ListedSubscription[]> {
  const lags = await readLags(config.subscriptions, config.brokers, secretReader(config.secrets));
  return config.subscriptions.map(({ settings }) => ({
    name: settings.name,
    from: fromText(settings),
    action: settings.start === undefined ? 'deliver' : 'start',
    ...lags.get(settings.name),
  }));
}

const fromText = ({ from }: SubscriptionSettings): string =>
  from.webhook === undefined ? `${from.broker}/${placeOf(from)}` : `webhook ${from.webhook.path}`;
