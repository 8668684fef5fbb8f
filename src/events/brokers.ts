// The brokers of a process, by name: each is opened when it is first used, and once.
import type { BrokerSettings } from '../domain/event/broker-settings.js';
import type { Broker, OutgoingMessage } from './broker.js';
import { BrokerSettingsError, type BrokerContext } from './broker-context.js';
import { openBroker } from './open-broker.js';

export interface Brokers {
  /** Their names. */
  readonly brokers: readonly string[];
  /** Throws a BrokerSettingsError, also for a name that is not one of them. */
  get(this: void, name: string): Promise<Broker>;
  publish(this: void, name: string, to: string, message: OutgoingMessage): Promise<void>;
  close(this: void): Promise<void>;
}

export function createBrokers(settings: readonly BrokerSettings[], context: BrokerContext): Brokers {
  const opened = new Map<string, Promise<Broker>>();
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
  return {
    brokers: settings.map(({ name }) => name),
    get,
    publish: async (name, to, message) => await (await get(name)).publish(to, message),
    async close() {
      await Promise.allSettled([...opened.values()].map(async (opening) => await (await opening).close()));
    },
  };
}
