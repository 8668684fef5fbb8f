// A gateway: consumes all subscriptions of brokers. Several may run: the consumer groups of the brokers share the messages.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Baton } from '../client.js';
import type { BrokerSettings } from '../domain/event/broker-settings.js';
import { createAct, type Mailboxes, type Subscription } from './act.js';
import type { Broker } from './broker.js';
import { createConsumer, type Consumer } from './consumer.js';
import type { BrokerContext } from './broker-context.js';
import { openBroker } from './open-broker.js';
import type { EventLog } from './report.js';

export interface GatewayParts {
  readonly baton: Baton;
  readonly brokers: readonly BrokerSettings[];
  /** Those of webhooks are left out: an HTTP server receives them. */
  readonly subscriptions: readonly Subscription[];
  readonly context: BrokerContext;
  readonly mailboxes: Mailboxes;
  readonly log: EventLog;
  /** Messages of each subscription that this process holds at most; default 100. */
  readonly inFlight?: number;
}

export interface Gateway {
  readonly consumers: ReadonlyMap<string, Consumer>;
  /** Consumes until the signal aborts, then finishes what it holds, for `drainMs` at most. */
  run(this: void, signal: AbortSignal, drainMs?: number): Promise<void>;
}

const IN_FLIGHT = 100;
const DRAIN_MS = 10_000;

/** Throws a BrokerSettingsError. Does not wait for the brokers: one that is not there is tried again. */
export async function createGateway(parts: GatewayParts): Promise<Gateway> {
  const { baton, subscriptions, context, mailboxes, log, inFlight = IN_FLIGHT } = parts;
  const consumer = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const brokers = await openBrokers(parts, context);
  const consumers = new Map<string, Consumer>();
  for (const subscription of subscriptions) {
    const { name, from } = subscription.settings;
    const broker = from.broker === undefined ? undefined : brokers.get(from.broker);
    if (broker === undefined) continue;
    const act = createAct(baton, subscription, mailboxes);
    consumers.set(name, createConsumer({ subscription, broker, act, log, consumer, inFlight }));
  }
  return {
    consumers,
    async run(signal, drainMs = DRAIN_MS) {
      const ends = Promise.all([...consumers.values()].map((one) => one.run(signal)));
      const over = new AbortController();
      try {
        await Promise.race([ends, timeAfter(signal, drainMs, over.signal)]);
      } finally {
        over.abort();
        await Promise.allSettled([...brokers.values()].map((broker) => broker.close()));
      }
    },
  };
}

async function openBrokers(
  { brokers, subscriptions }: GatewayParts,
  context: BrokerContext,
): Promise<ReadonlyMap<string, Broker>> {
  const used = new Set(subscriptions.map(({ settings }) => settings.from.broker));
  const opened = new Map<string, Broker>();
  try {
    for (const settings of brokers)
      if (used.has(settings.name)) opened.set(settings.name, await openBroker(settings, context));
    return opened;
  } catch (error) {
    await Promise.allSettled([...opened.values()].map((broker) => broker.close()));
    throw error;
  }
}

/** Resolves this long after the signal has aborted, or when it is over. */
async function timeAfter(signal: AbortSignal, ms: number, over: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort', { signal: over }).catch(() => undefined);
  await sleep(ms, undefined, { signal: over }).catch(() => undefined);
}
