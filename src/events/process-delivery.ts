// Processes one delivery to its end.
// D1. It is acknowledged after Temporal has accepted what it causes, or after the broker has confirmed it as a dead letter.
// D2. While Temporal cannot accept it, it is tried again for ever: that is not the fault of the message, and no attempt is counted.
// D3. A message that fails because of itself is attempted `attempts` times, then it becomes a dead letter.
// D4. When the gateway stops, a message that waits goes back to the broker.
import type { CloudEvent } from '../domain/event/cloud-event.js';
import type { Effect } from '../domain/event/decide.js';
import type { Act, Done } from './act.js';
import { pause } from './backoff.js';
import type { Delivery } from './broker.js';
import type { Death } from './dead-letter.js';
import { isOfMessage, reasonOf } from './error-kind.js';

export interface EventEffect {
  readonly event: CloudEvent;
  readonly effect: Effect;
}

export interface Processing {
  readonly subscription: string;
  readonly attempts: number;
  /** Throws an EventError. */
  readonly read: (delivery: Delivery) => EventEffect;
  readonly act: Act;
  /** Resolves when the dead letter has been confirmed. */
  readonly bury: (delivery: Delivery, death: Death) => Promise<void>;
  readonly report: Report;
  /** Aborts when the gateway stops. */
  readonly signal: AbortSignal;
}

/** What happened to a message, for counts and the log. */
export interface Report {
  done(this: void, done: Done, delivery: Delivery): void;
  failed(this: void, failure: Death, delivery: Delivery): void;
  dead(this: void, death: Death, delivery: Delivery): void;
  /** Temporal, or the destination of dead letters, cannot accept anything now; `undefined` when it can again. */
  waiting(this: void, reason: string | undefined): void;
  /** The broker will deliver the message again, although it was processed. */
  unacknowledged(this: void, reason: string, delivery: Delivery): void;
}

const BETWEEN_ATTEMPTS = { firstMs: 100, mostMs: 5_000 };
const UNTIL_ACCEPTED = { firstMs: 100, mostMs: 5_000 };
/** A connection that is lost is back within seconds; after that the broker delivers the message again. */
const ACKNOWLEDGEMENTS = 6;

export async function processDelivery(delivery: Delivery, processing: Processing): Promise<void> {
  const end = await settle(delivery, processing);
  if (end === 'stopped') await giveBack(delivery);
  else await acknowledge(delivery, processing);
}

type End = 'settled' | 'stopped';

async function settle(delivery: Delivery, processing: Processing): Promise<End> {
  const { subscription, attempts, signal, report } = processing;
  let failed = 0;
  let waits = 0;
  while (!signal.aborted) {
    try {
      const { event, effect } = processing.read(delivery);
      const done = await processing.act(event, effect);
      if (waits > 0) report.waiting(undefined);
      report.done(done, delivery);
      return 'settled';
    } catch (error) {
      const reason = reasonOf(error);
      if (!isOfMessage(error)) {
        report.waiting(reason);
        await pause(UNTIL_ACCEPTED, waits++, signal);
        continue;
      }
      const death = { subscription, attempts: ++failed, reason };
      if (failed >= attempts) return await buryFor(delivery, death, processing);
      report.failed(death, delivery);
      await pause(BETWEEN_ATTEMPTS, failed - 1, signal);
    }
  }
  return 'stopped';
}

async function buryFor(delivery: Delivery, death: Death, { bury, report, signal }: Processing): Promise<End> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      await bury(delivery, death);
      if (failures > 0) report.waiting(undefined);
      report.dead(death, delivery);
      return 'settled';
    } catch (error) {
      report.waiting(`dead letter: ${reasonOf(error)}`);
      await pause(UNTIL_ACCEPTED, failures, signal);
    }
  }
  return 'stopped';
}

/** Also while the gateway stops: the work is done. */
async function acknowledge(delivery: Delivery, { report, signal }: Processing): Promise<void> {
  for (let failures = 0; ; failures++) {
    try {
      return await delivery.acknowledge();
    } catch (error) {
      if (signal.aborted || failures + 1 >= ACKNOWLEDGEMENTS) {
        report.unacknowledged(reasonOf(error), delivery);
        return await giveBack(delivery);
      }
      await pause(UNTIL_ACCEPTED, failures, signal);
    }
  }
}

/** If the broker cannot be reached, it delivers the message again all the same. */
const giveBack = (delivery: Delivery): Promise<void> => delivery.reject().catch(() => undefined);
