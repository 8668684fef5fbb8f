// What waits at the brokers for each subscription, its dead letters, and how fast it is processed, as the brokers count them: so the numbers
// are those of all gateways together.
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrokerSettings } from '../domain/event/broker-settings.js';
import { defined } from '../domain/json/defined.js';
import { deadLetterPlace, placeOf } from '../domain/event/subscription.js';
import type { Subscription } from './act.js';
import type { BrokerContext } from './broker-context.js';
import { createBrokers } from './brokers.js';
import { reasonOf } from './error-kind.js';

export interface SubscriptionLag {
  /** Messages that have not been acknowledged; absent if the broker does not say. */
  readonly lag?: number;
  /** Messages a second that all gateways together have processed, measured just now; absent if the broker does not count. */
  readonly rate?: number;
  /** Messages at the destination of dead letters. */
  readonly dead?: number;
  /** Why they are not known. */
  readonly problem?: string;
}

/** A broker that does not answer within this time is taken for one that is not there. */
const ANSWER_WITHIN_MS = 5_000;

/** How long the rate is measured. */
const WINDOW_MS = 2_000;

/** A group that no subscription has: for it, every message waits. */
const NO_GROUP = 'baton-count';

/** By the names of the subscriptions; those of webhooks are left out. */
export async function readLags(
  subscriptions: readonly Subscription[],
  brokers: readonly BrokerSettings[],
  context: BrokerContext,
): Promise<ReadonlyMap<string, SubscriptionLag>> {
  const opened = createBrokers(brokers, context);
  const ofBrokers = subscriptions.filter(({ settings }) => settings.from.broker !== undefined);
  try {
    const lags = ofBrokers.map(async ({ settings }): Promise<readonly [string, SubscriptionLag]> => {
      const { name, from } = settings;
      try {
        const broker = await opened.get(from.broker!);
        const place = placeOf(from)!;
        const [lag, dead] = await inTime(
          Promise.all([broker.lag(place, name), broker.lag(deadLetterPlace(settings), NO_GROUP)]),
        );
        const rate = await rateOf(() => inTime(broker.processed(place, name)));
        return [name, defined({ lag, rate, dead })];
      } catch (error) {
        return [name, { problem: reasonOf(error) }];
      }
    });
    return new Map(await Promise.all(lags));
  } finally {
    await opened.close();
  }
}

async function rateOf(processed: () => Promise<number | undefined>): Promise<number | undefined> {
  const [before, began] = [await processed(), performance.now()];
  if (before === undefined) return undefined;
  await sleep(WINDOW_MS);
  const [after, ended] = [await processed(), performance.now()];
  if (after === undefined) return undefined;
  return Math.round(Math.max(0, after - before) / ((ended - began) / 10_000)) / 10;
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`the broker has not answered within ${ANSWER_WITHIN_MS / 1_000} s`);
    timer = setTimeout(() => reject(error), ANSWER_WITHIN_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
