// A gateway: consumes all subscriptions of brokers. Several may run: the consumer groups of the brokers share the messages.
import { once, setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Baton } from '../client.js';
import type { BrokerSettings } from '../domain/event/broker-settings.js';
import { deadLetterPlace } from '../domain/event/subscription.js';
import { untilAborted } from '../system/until-aborted.js';
import { createAct, type Subscription } from './act.js';
import type { BrokerContext } from './broker-context.js';
import { createConsumer, type Consumer } from './consumer.js';
import { deadLetterOf } from './dead-letter.js';
import type { Bury } from './mailbox/activities.js';
import { createMailboxes } from './mailbox/mailboxes.js';
import { createMailWorker, type MailWorker, type MailWorkerParts } from './mailbox/mail-worker.js';
import { createBrokers, processName, type Brokers } from './brokers.js';
import type { EventLog } from './report.js';

export interface GatewayParts extends Omit<MailWorkerParts, 'bury'> {
  readonly baton: Baton;
  readonly brokers: readonly BrokerSettings[];
  /** Those of webhooks are left out: an HTTP server receives them. */
  readonly subscriptions: readonly Subscription[];
  readonly context: BrokerContext;
  readonly log: EventLog;
  /** Messages of each subscription that this process holds at most; default 100. */
  readonly inFlight?: number;
}

export interface Gateway {
  readonly consumers: ReadonlyMap<string, Consumer>;
  /** Consumes until the signal aborts, then finishes what it holds, for `drainMs` at most. Rejects if it cannot continue. */
  run(this: void, signal: AbortSignal, drainMs?: number): Promise<void>;
}

const IN_FLIGHT = 100;
const DRAIN_MS = 10_000;

/** Throws a BrokerSettingsError. Does not wait for the brokers: one that is not there is tried again. */
export async function createGateway(parts: GatewayParts): Promise<Gateway> {
  const { baton, project, subscriptions, log, inFlight = IN_FLIGHT } = parts;
  const consumer = processName();
  const brokers = createBrokers(parts.brokers, parts.context);
  try {
    const mailboxes = createMailboxes(baton.client, project);
    const consumers = new Map<string, Consumer>();
    for (const subscription of subscriptions) {
      const { name, from } = subscription.settings;
      if (from.broker === undefined) continue;
      const broker = await brokers.get(from.broker);
      const act = createAct(baton, subscription, mailboxes);
      consumers.set(name, createConsumer({ subscription, broker, act, log, consumer, inFlight }));
    }
    const delivers = subscriptions.some(({ settings }) => settings.deliver !== undefined);
    const bury = createBury(subscriptions, brokers, log);
    const mailWorker = delivers ? await createMailWorker({ ...parts, bury }) : undefined;
    return {
      consumers,
      run: (signal, drainMs = DRAIN_MS) =>
        runUntil({ signal, drainMs, mailWorker, consumers: [...consumers.values()] }).finally(brokers.close),
    };
  } catch (error) {
    await brokers.close();
    throw error;
  }
}

interface Running {
  readonly signal: AbortSignal;
  readonly drainMs: number;
  readonly mailWorker: MailWorker | undefined;
  readonly consumers: readonly Consumer[];
}

/** The Worker of mailboxes stops last: deliveries that drain may use a mailbox. */
async function runUntil({ signal, drainMs, mailWorker, consumers }: Running): Promise<void> {
  const [stop, drained] = [new AbortController(), new AbortController()];
  // Each message that waits listens to it.
  setMaxListeners(0, stop.signal);
  const leave = (): void => stop.abort();
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  const working = mailWorker?.run(drained.signal).finally(leave);
  try {
    // A gateway may have no consumers: an HTTP server of the same process may serve webhooks.
    const ends = Promise.all([untilAborted(stop.signal), ...consumers.map((one) => one.run(stop.signal))]);
    await Promise.race([ends, timeAfter(stop.signal, drainMs, drained.signal)]);
  } finally {
    drained.abort();
    signal.removeEventListener('abort', leave);
    await working;
  }
}

/** For events that a mailbox has kept for too long, or that their run refuses. */
function createBury(subscriptions: readonly Subscription[], brokers: Brokers, log: EventLog): Bury {
  return async (message, death) => {
    const found = subscriptions.find(({ settings }) => settings.name === death.subscription);
    if (found === undefined)
      throw new Error(
        `subscription ${death.subscription} is not configured here: its dead letters have no destination`,
      );
    log.error(`subscription ${death.subscription}: dead letter: ${death.reason}`, { event: message.id });
    const { broker } = found.settings.from;
    if (broker !== undefined)
      await brokers.publish(broker, deadLetterPlace(found.settings), deadLetterOf(message, death));
  };
}

/** Resolves this long after the signal has aborted, or when it is over. */
async function timeAfter(signal: AbortSignal, ms: number, over: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort', { signal: over }).catch(() => undefined);
  await sleep(ms, undefined, { signal: over }).catch(() => undefined);
}
