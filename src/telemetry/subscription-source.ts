// What waits at the brokers for each subscription, and what this gateway has done.
import type { MakeMetrics } from './make.js';
import type { Source } from './source.js';

export interface CountedSubscription {
  readonly name: string;
  /** `undefined`: the broker does not say. */
  readonly lag: () => Promise<number | undefined>;
  /** By what became of the messages, since the gateway started. */
  readonly counts: () => Readonly<Record<string, number>>;
}

export function subscriptionSource(make: MakeMetrics, subscriptions: readonly CountedSubscription[]): Source {
  const lag = make.gauge('baton_subscription_lag', 'Messages that wait at the broker', ['subscription']);
  const messages = make.counter('baton_subscription_messages_total', 'Messages, by what became of them', [
    'subscription',
    'outcome',
  ]);
  const counted = new Map<string, number>();
  const countUp = ({ name, counts }: CountedSubscription): void => {
    for (const [outcome, total] of Object.entries(counts())) {
      const key = `${name} ${outcome}`;
      messages.inc({ subscription: name, outcome }, total - (counted.get(key) ?? 0));
      counted.set(key, total);
    }
  };
  return {
    async read() {
      subscriptions.forEach(countUp);
      await Promise.all(
        subscriptions.map(async ({ name, lag: read }) => {
          // One broker that is away does not hide what waits at the others.
          const waits = await read().catch(() => undefined);
          if (waits === undefined) lag.remove({ subscription: name });
          else lag.set({ subscription: name }, waits);
        }),
      );
    },
    clear: () => lag.reset(),
  };
}
