// The brokers of a process, by name: each is opened when it is first used, and once.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { BrokerSettingsError } from '../domain/event/broker-error.js';
import type { BrokerKind, BrokerSettings } from '../domain/event/broker-settings.js';
import type { Broker, Message, OutgoingMessage } from './broker.js';
import type { BrokerContext } from './broker-context.js';
import { openBroker } from './open-broker.js';
import { urlOf } from './broker-url.js';
import { createRequester, type Requester } from './requests.js';

export interface Brokers {
  /** Their names. */
  readonly brokers: readonly string[];
  /** The kind of a broker; `undefined` if there is none of this name. */
  kindOf(this: void, name: string): BrokerKind | undefined;
  /** Throws a BrokerSettingsError, also for a name that is not one of them. */
  get(this: void, name: string): Promise<Broker>;
  /** Its URL, with the password: for a program that speaks the protocol itself. Throws a BrokerSettingsError. */
  url(this: void, name: string): Promise<string>;
  publish(this: void, name: string, to: string, message: OutgoingMessage): Promise<void>;
  /** Resolves with the reply to a request. */
  request(this: void, name: string, to: string, message: OutgoingMessage, signal: AbortSignal): Promise<Message>;
  close(this: void): Promise<void>;
}

/** Unique for each process: the name of a consumer. */
export const processName = (): string => `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;

export function createBrokers(
  settings: readonly BrokerSettings[],
  context: BrokerContext,
  log: (message: string, fields?: Record<string, unknown>) => void = () => undefined,
): Brokers {
  const opened = new Map<string, Promise<Broker>>();
  const requesters = new Map<string, Requester>();
  const consumer = processName();
  const get = (name: string): Promise<Broker> => {
    const found = opened.get(name);
    if (found !== undefined) return found;
    const broker = settings.find((one) => one.name === name);
    if (broker === undefined) return Promise.reject(new BrokerSettingsError(`there is no broker "${name}"`));
    const opening = openBroker(broker, context);
    opened.set(name, opening);
    // What was missing, such as the file of a secret, may be there the next time.
    opening.catch(() => opened.delete(name));
    return opening;
  };
  const requesterOf = async (name: string): Promise<Requester> => {
    const broker = await get(name);
    const requester = requesters.get(name) ?? createRequester({ name, broker, consumer, log });
    requesters.set(name, requester);
    return requester;
  };
  return {
    brokers: settings.map(({ name }) => name),
    kindOf: (name) => settings.find((one) => one.name === name)?.kind,
    get,
    async url(name) {
      const broker = settings.find((one) => one.name === name);
      if (broker?.kind !== 'redis' && broker?.kind !== 'rabbitmq')
        throw new BrokerSettingsError(`there is no broker "${name}" of the kind redis or rabbitmq`);
      return (await urlOf(broker, context, ['redis:', 'rediss:', 'amqp:', 'amqps:'])).href;
    },
    publish: async (name, to, message) => await (await get(name)).publish(to, message),
    request: async (name, to, message, signal) => await (await requesterOf(name)).request(to, message, signal),
    async close() {
      await Promise.all([...requesters.values()].map((requester) => requester.close()));
      await Promise.allSettled([...opened.values()].map(async (opening) => await (await opening).close()));
    },
  };
}
