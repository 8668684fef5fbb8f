// The kinds of brokers: one function opens a broker of any kind. It connects when it is first used.
import type { BrokerKind, BrokerSettings } from '../domain/event/broker-settings.js';
import type { SecretSource } from '../domain/secret.js';
import type { Broker } from './broker.js';
import { BrokerError } from './broker-error.js';

export interface BrokerOptions {
  /** Reads a secret or a variable that the settings name. `what` begins the message of a failure. */
  readonly secret: (this: void, source: SecretSource, what: string) => Promise<string>;
}

type Open = (settings: BrokerSettings, options: BrokerOptions) => Promise<Broker>;

/** Each module is loaded when a broker of its kind is used. */
const KINDS: Readonly<Partial<Record<BrokerKind, Open>>> = {
  rabbitmq: async (settings, options) =>
    (await import('./rabbitmq/rabbitmq.js')).rabbitBroker(
      settings as Extract<BrokerSettings, { kind: 'rabbitmq' }>,
      options,
    ),
  kafka: async (settings, options) =>
    (await import('./kafka/kafka.js')).kafkaBroker(settings as Extract<BrokerSettings, { kind: 'kafka' }>, options),
};

export function openBroker(settings: BrokerSettings, options: BrokerOptions): Broker {
  let opened: Promise<Broker> | undefined;
  const broker = (): Promise<Broker> => {
    const open = KINDS[settings.kind];
    if (open === undefined) {
      const message = `broker "${settings.name}": this version has no brokers of the kind ${settings.kind}`;
      return Promise.reject(new BrokerError(message, { isPermanent: true }));
    }
    return (opened ??= open(settings, options));
  };
  return {
    receive: async (from, deliver, receiving) => await (await broker()).receive(from, deliver, receiving),
    publish: async (to, message) => await (await broker()).publish(to, message),
    lag: async (from, group) => await (await broker()).lag(from, group),
    close: async () => await (await opened)?.close(),
  };
}
