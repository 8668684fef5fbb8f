// Request and reply over real brokers, without Temporal: the consumers are Baton's own code for receiving and publishing.
import { describe, expect, onTestFinished, test } from 'vitest';
import { openBroker } from '../../src/events/open-broker.js';
import type { Broker, Delivery, OutgoingMessage } from '../../src/events/broker.js';
import { createRequester, type Requester } from '../../src/events/requests.js';
import { bodyOf, openKafkaAt, openRabbitAt, receiving, textMessage, uniqueName } from '../support/brokers.js';
import { IS_NIGHT } from '../support/nightly.js';
import { ownSystem, urlOf, withSystem } from '../support/systems.js';

const openRedisAt = (url: string): Promise<Broker> =>
  openBroker({ name: 'shop', kind: 'redis', url }, { readSecret: () => Promise.reject(new Error('no secrets')) });

const KINDS: readonly (readonly [string, (url: string) => Promise<Broker>])[] = [
  ['redis', openRedisAt],
  ['rabbitmq', openRabbitAt],
  ['kafka', openKafkaAt],
];

interface Caller extends Requester {
  readonly said: readonly string[];
}

function callerOn(broker: Broker): Caller {
  const said: string[] = [];
  const requester = createRequester({
    ...{ name: 'shop', broker, consumer: uniqueName('worker') },
    log: (line) => said.push(line),
  });
  onTestFinished(() => requester.close());
  return Object.assign(requester, { said });
}

const replyTo = async (broker: Broker, { headers, id }: Delivery, text: string): Promise<void> => {
  const message: OutgoingMessage = textMessage(`${id}-reply`, text, {
    headers: { 'correlation-id': headers['correlation-id']! },
  });
  await broker.publish(headers['reply-to']!, message);
};

const ask = async (
  caller: Requester,
  to: string,
  id: string,
  signal = new AbortController().signal,
): Promise<string> => {
  const { body } = await caller.request(to, textMessage(id, id), signal);
  return Buffer.from(body).toString();
};

/** Tries until the request is sent and answered, as a call does: a broker that has just started may refuse it. */
async function askFirmly(caller: Requester, to: string, id: string): Promise<string> {
  for (;;) {
    try {
      return await ask(caller, to, id);
    } catch (error) {
      expect(String(error)).toMatch(/^BrokerError: /);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}

describe.each(KINDS)('%s', (name, open) => {
  const url = urlOf(name);
  const shared = async (): Promise<Broker> => {
    const broker = await open(url!);
    onTestFinished(() => broker.close());
    return broker;
  };

  test.skipIf(url === undefined)(
    withSystem(name, 'each caller gets the replies to its own requests, from consumers that share the requests'),
    async () => {
      const [broker, to] = [await shared(), uniqueName('requests')];
      const answer = async (delivery: Delivery): Promise<void> => {
        await replyTo(broker, delivery, `re: ${bodyOf(delivery)}`);
        await delivery.acknowledge();
      };
      const consumers = [receiving(broker, to, answer), receiving(broker, to, answer)];
      const [one, two] = [callerOn(broker), callerOn(broker)];
      const ids = Array.from({ length: 10 }, (_, index) => String(index));
      const answers = await Promise.all(ids.map((id) => ask(Number(id) % 2 === 0 ? one : two, to, id)));
      expect(answers).toEqual(ids.map((id) => `re: ${id}`));
      expect([...one.said, ...two.said]).toEqual([]);
      await Promise.all(consumers.map((one) => one.stop()));
    },
  );

  test.skipIf(url === undefined)(
    withSystem(name, 'a late reply is discarded and counted, and never answers a later attempt'),
    async () => {
      const [broker, to, caller] = [await shared(), uniqueName('late'), callerOn(await shared())];
      const held: Delivery[] = [];
      const consumer = receiving(broker, to, (delivery) => {
        held.push(delivery);
        return delivery.acknowledge();
      });
      const late = new AbortController();
      const first = ask(caller, to, 'a', late.signal);
      await expect.poll(() => held.length, { timeout: 60_000 }).toBe(1);
      late.abort(new Error('too late'));
      await expect(first).rejects.toThrow('too late');
      const second = ask(caller, to, 'a');
      await expect.poll(() => held.length, { timeout: 60_000 }).toBe(2);
      await replyTo(broker, held[0]!, 'first');
      await expect.poll(() => caller.late).toBe(1);
      expect(caller.said).toEqual(['broker shop: a reply was discarded, because its call has ended']);
      await replyTo(broker, held[1]!, 'second');
      expect(await second).toBe('second');
      // The same id, so that a consumer can recognize the repetition; a correlation id of its own.
      expect(held.map(({ body }) => Buffer.from(body).toString())).toEqual(['a', 'a']);
      expect(new Set(held.map(({ headers }) => headers['correlation-id'])).size).toBe(2);
      await consumer.stop();
    },
  );

  // The other brokers take a minute to be back: scripts/nightly.sh.
  test.skipIf(url === undefined || (name !== 'redis' && !IS_NIGHT))(
    withSystem(name, 'a broker that is killed and started again while a call waits: the call gets its reply'),
    { timeout: 180_000 },
    async () => {
      const system = await ownSystem(name);
      onTestFinished(() => system.remove());
      const broker = await open(system.url);
      onTestFinished(() => broker.close());
      const to = uniqueName('restart');
      const held: Delivery[] = [];
      const consumer = receiving(broker, to, (delivery) => void held.push(delivery));
      const caller = callerOn(broker);
      const answer = askFirmly(caller, to, 'a');
      /** RabbitMQ 3.10 elects no leader for a quorum queue that was declared just before the server was killed. */
      const restartGently = async (): Promise<void> => {
        await system.stop();
        await system.start();
        await expect.poll(() => held.length, { timeout: 60_000 }).toBeGreaterThan(1);
      };
      await expect.poll(() => held.length, { timeout: 60_000 }).toBe(1);
      if (name === 'rabbitmq') await restartGently();
      await system.stop('SIGKILL');
      await expect.poll(() => consumer.troubles.length, { timeout: 60_000 }).toBeGreaterThan(0);
      await system.start();
      // The broker delivers the request again, or the caller sends it again: the consumer answers each, until one reply arrives. The
      // place for the reply to the first may be gone.
      const answering = setInterval(() => {
        for (const delivery of held) replyTo(broker, delivery, 'done').catch(() => undefined);
      }, 1_000);
      onTestFinished(() => clearInterval(answering));
      expect(await answer).toBe('done');
      clearInterval(answering);
    },
  );
});
