// Consumes one subscription until a signal.
// S1. What prevents one subscription from working does not stop the others: it is reported, and tried again.
// S2. Messages with the same key are processed in their order; of those without one, the ones for the same run.
import { compileDecision, type Decide } from '../domain/event/decide.js';
import { readEvent } from '../domain/event/read-event.js';
import { deadLetterPlace, DEFAULT_ATTEMPTS, placeOf } from '../domain/event/subscription.js';
import type { Act, Subscription } from './act.js';
import { pause } from './backoff.js';
import type { Broker, Delivery } from './broker.js';
import { changeText, createState, type SubscriptionState } from './counts.js';
import { deadLetterOf } from './dead-letter.js';
import { reasonOf } from './error-kind.js';
import { createOrdered, type Ordered } from './ordered.js';
import { processDelivery, type EventEffect, type Processing } from './process-delivery.js';
import { createReport, type EventLog } from './report.js';

export interface ConsumerParts {
  readonly subscription: Subscription;
  readonly broker: Broker;
  readonly act: Act;
  readonly log: EventLog;
  /** Unique for each process. */
  readonly consumer: string;
  readonly inFlight: number;
}

export interface Consumer {
  readonly state: SubscriptionState;
  /** How many messages wait at the broker; `undefined` if it does not say. */
  lag(this: void): Promise<number | undefined>;
  /** Resolves when the signal has aborted and every message has been acknowledged or returned. Never rejects. */
  run(this: void, signal: AbortSignal): Promise<void>;
}

/** How often a gateway logs what it has done, if it has done anything. */
const SUMMARY_MS = 60_000;

const RECEIVE_AGAIN = { firstMs: 1_000, mostMs: 30_000 };

export function createConsumer({ subscription, broker, act, log, consumer, inFlight }: ConsumerParts): Consumer {
  const { settings } = subscription;
  const { name, attempts = DEFAULT_ATTEMPTS, from } = settings;
  const state = createState();
  const report = createReport(name, state, log);
  const decide = compileDecision(settings);
  const ordered = createOrdered();
  const dead = deadLetterPlace(settings);

  const receive = async (signal: AbortSignal): Promise<void> => {
    const processing: Processing = {
      ...{ subscription: name, attempts, act, report, signal, read: (one) => effectOf(one, decide) },
      bury: (delivery, death) => broker.publish(dead, deadLetterOf(delivery, death)),
    };
    const deliver = (delivery: Delivery): void => {
      state.counts.received++;
      process(delivery, processing, ordered);
    };
    const onTrouble = (error: Error | undefined): void => report.broker(error);
    await broker.receive(placeOf(from)!, deliver, { group: name, consumer, inFlight, signal, onTrouble });
  };

  let summarized = { ...state.counts };
  const summarize = (): void => {
    const text = changeText(state.counts, summarized);
    summarized = { ...state.counts };
    if (text !== '')
      log.info(`subscription ${name}: in the last minute ${text}`, { subscription: name, ...summarized });
  };

  return {
    state,
    lag: () => broker.lag(placeOf(from)!, name),
    async run(signal) {
      const summary = setInterval(summarize, SUMMARY_MS);
      for (let failures = 0; !signal.aborted; failures++) {
        try {
          await receive(signal);
        } catch (error) {
          report.broker(new Error(reasonOf(error), { cause: error }));
        }
        await pause(RECEIVE_AGAIN, failures, signal);
      }
      await ordered.idle();
      clearInterval(summary);
    },
  };
}

const effectOf = (delivery: Delivery, decide: Decide): EventEffect => {
  const event = readEvent(delivery);
  return { event, effect: decide(event) };
};

/** The event is read once, to know its key; if that fails, each attempt reads it again. */
function process(delivery: Delivery, processing: Processing, ordered: Ordered): void {
  let first: EventEffect | undefined;
  try {
    first = processing.read(delivery);
  } catch {
    // The attempts report it.
  }
  const read = (one: Delivery): EventEffect => first ?? processing.read(one);
  const run = first === undefined || first.effect.do === 'nothing' ? undefined : first.effect.run;
  ordered.add(delivery.key ?? run, () => processDelivery(delivery, { ...processing, read }));
}
