// Brokers as Baton uses them, for tests on real ones.
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { openBroker } from '../../src/events/open-broker.js';
import type { Broker, Delivery, OutgoingMessage, ReceiveOptions } from '../../src/events/broker.js';

const NO_SECRETS = { readSecret: (): Promise<string> => Promise.reject(new Error('no secrets here')) };

export const openRabbitAt = (url: string): Promise<Broker> =>
  openBroker({ name: 'bus', kind: 'rabbitmq', url }, NO_SECRETS);

export const openKafkaAt = (server: string): Promise<Broker> =>
  openBroker({ name: 'log', kind: 'kafka', bootstrapServers: [server] }, NO_SECRETS);

export const uniqueName = (prefix: string): string => `${prefix}-${randomUUID().slice(0, 8)}`;

export const textMessage = (id: string, body: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  id,
  key: undefined,
  headers: {},
  contentType: 'text/plain',
  body: Buffer.from(body),
  ...more,
});

export const bodyOf = ({ body }: Pick<Delivery, 'body'>): string => Buffer.from(body).toString();

/** Receives in the background. */
export function receiving(
  broker: Broker,
  from: string,
  handle: (delivery: Delivery) => unknown = (delivery) => delivery.acknowledge(),
  options: Partial<ReceiveOptions> = {},
) {
  const stop = new AbortController();
  const deliveries: Delivery[] = [];
  const troubles: (Error | undefined)[] = [];
  const deliver = (delivery: Delivery): void => {
    deliveries.push(delivery);
    void (async () => await handle(delivery))().catch((error: unknown) => troubles.push(error as Error));
  };
  const ended = broker.receive(from, deliver, {
    group: 'baton-test',
    consumer: uniqueName('consumer'),
    inFlight: 10,
    signal: stop.signal,
    onTrouble: (trouble) => troubles.push(trouble),
    ...options,
  });
  ended.catch(() => undefined);
  return {
    deliveries,
    troubles,
    bodies: () => deliveries.map(bodyOf),
    ended,
    stop: async (): Promise<void> => {
      stop.abort();
      await ended;
    },
    /** Waits until this many messages with different ids have come. */
    count: async (expected: number): Promise<void> => {
      await expect.poll(() => new Set(deliveries.map(({ id }) => id)).size, { timeout: 60_000 }).toBe(expected);
    },
  };
}
