// Counts and logs what happens to the messages of one subscription. Bodies and headers are never logged.
import type { SubscriptionState } from './counts.js';
import type { Report } from './process-delivery.js';

type Write = (message: string, fields?: Record<string, unknown>) => void;

export interface EventLog {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

export interface SubscriptionReport extends Report {
  /** The broker is not there; `undefined` when it is back. */
  broker(this: void, error: Error | undefined): void;
}

/** The same trouble is logged again after this time: every message in flight reports it. */
const REPEAT_MS = 60_000;

export function createReport(subscription: string, state: SubscriptionState, log: EventLog): SubscriptionReport {
  const { counts } = state;
  let logged = { text: '', at: -Infinity };
  const trouble = (text: string): void => {
    state.trouble = text;
    if (logged.text === text && Date.now() - logged.at < REPEAT_MS) return;
    logged = { text, at: Date.now() };
    log.warn(`subscription ${subscription}: ${text}; trying again`, { subscription });
  };
  const recovered = (): void => {
    if (state.trouble === undefined) return;
    state.trouble = undefined;
    logged = { text: '', at: -Infinity };
    log.info(`subscription ${subscription}: works again`, { subscription });
  };
  return {
    done({ outcome, run }, { id }) {
      counts[outcome]++;
      recovered();
      log.debug(`subscription ${subscription}: event ${outcome}`, { subscription, event: id, run });
    },
    failed({ attempts, reason }, { id }) {
      log.warn(`subscription ${subscription}: attempt ${attempts} failed: ${reason}`, { subscription, event: id });
    },
    dead({ attempts, reason }, { id }) {
      counts.dead++;
      const text = `subscription ${subscription}: dead letter after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}: ${reason}`;
      log.error(text, { subscription, event: id });
    },
    waiting(reason) {
      if (reason === undefined) recovered();
      else trouble(reason);
    },
    unacknowledged(reason, { id }) {
      log.warn(
        `subscription ${subscription}: a processed message was not acknowledged, and will be delivered again: ${reason}`,
        { subscription, event: id },
      );
    },
    broker(error) {
      if (error === undefined) recovered();
      else trouble(error.message);
    },
  };
}
