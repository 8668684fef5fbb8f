// Real brokers for tests. A test of a broker that is not there is skipped, and a line says how to get it.
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Broker, Delivery, OutgoingMessage, ReceiveOptions } from '../../src/events/broker.js';

const VARIABLES = {
  redis: 'BATON_TEST_REDIS_URL',
  rabbitmq: 'BATON_TEST_AMQP_URL',
  kafka: 'BATON_TEST_KAFKA_SERVERS',
} as const;

/** The address of a real broker; `undefined` if there is none. */
export function realBroker(kind: keyof typeof VARIABLES): string | undefined {
  const variable = VARIABLES[kind];
  const address = process.env[variable];
  if (address !== undefined && address !== '') return address;
  console.log(`skipped: tests of ${kind}: ${variable} is not set; \`npm run systems -- up ${kind}\` starts one`);
  return undefined;
}

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
