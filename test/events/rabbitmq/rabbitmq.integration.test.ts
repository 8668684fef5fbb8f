// RabbitMQ as a broker, against a real server.
import amqp from 'amqplib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Broker } from '../../../src/events/broker.js';
import { bodyOf, openRabbitAt, receiving, textMessage, uniqueName } from '../../support/brokers.js';
import { urlOf, withSystem } from '../../support/systems.js';
import { startProxy } from '../../support/tcp-proxy.js';

const url = urlOf('rabbitmq');

describe.skipIf(url === undefined)(withSystem('rabbitmq', 'RabbitMQ'), () => {
  const real = new URL(url ?? 'amqp://localhost');
  let broker: Broker;
  let admin: amqp.ChannelModel;
  const through = async () => {
    const proxy = await startProxy(Number(real.port || 5672), real.hostname);
    const address = new URL(real);
    address.host = `127.0.0.1:${proxy.port}`;
    return { proxy, address: address.href };
  };

  beforeAll(async () => {
    broker = await openRabbitAt(real.href);
    admin = await amqp.connect(real.href);
  });
  afterAll(async () => {
    await broker.close();
    await admin.close();
  });

  test('a queue that does not exist is declared as a durable quorum queue, equal to the declaration of an application', async () => {
    const queue = uniqueName('declared');
    await broker.publish(queue, textMessage('1', 'a'));
    const channel = await admin.createChannel();
    const declared = await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    expect(declared.messageCount).toBe(1);
    await channel.close();
  });

  test('an existing classic queue is used as it is', async () => {
    const queue = uniqueName('classic');
    const channel = await admin.createChannel();
    await channel.assertQueue(queue, { durable: false });
    const got = receiving(broker, queue);
    await broker.publish(queue, textMessage('1', 'a'));
    await got.count(1);
    await got.stop();
    await channel.close();
  });

  test('a message arrives with its id, headers, content type, key, correlation and exact bytes', async () => {
    const queue = uniqueName('message');
    const got = receiving(broker, queue);
    const body = '{"n":12345678901234567890,"n":1}';
    const headers = { 'x-custom': 'yes', 'correlation-id': 'c-1', 'reply-to': 'answers' };
    await broker.publish(queue, textMessage('id-1', body, { key: 'k', headers, contentType: 'application/json' }));
    await got.count(1);
    const [delivery] = got.deliveries;
    expect(delivery).toMatchObject({
      id: 'id-1',
      source: `rabbitmq://bus/${queue}`,
      key: 'k',
      contentType: 'application/json',
      deliveries: 1,
      headers: { ...headers, key: 'k' },
    });
    expect(bodyOf(delivery!)).toBe(body);
    expect(delivery!.time).toBeGreaterThan(Date.now() - 60_000);
    await got.stop();
  });

  test('a message of another application: no id without message-id, names of headers in lower case, values as text', async () => {
    const queue = uniqueName('foreign');
    const got = receiving(broker, queue);
    const channel = await admin.createConfirmChannel();
    await broker.publish(queue, textMessage('first', ''));
    channel.publish('', queue, Buffer.from([0xff, 0xfe]), { headers: { Size: 3, Ok: true, List: [1, 'a'] } });
    await channel.waitForConfirms();
    await expect.poll(() => got.deliveries.length).toBe(2);
    const delivery = got.deliveries[1]!;
    expect(delivery.id).toBeUndefined();
    expect(delivery.headers).toEqual({ size: '3', ok: 'true', list: '[1,"a"]' });
    expect([...delivery.body]).toEqual([0xff, 0xfe]);
    await got.stop();
    await channel.close();
  });

  test('messages arrive in their order, and no more than inFlight are held', async () => {
    const queue = uniqueName('order');
    const ids = Array.from({ length: 30 }, (_, i) => String(i));
    for (const id of ids) await broker.publish(queue, textMessage(id, id));
    const held: (() => Promise<void>)[] = [];
    const got = receiving(broker, queue, ({ acknowledge }) => held.push(acknowledge), { inFlight: 4 });
    await got.count(4);
    expect(await broker.lag(queue, 'any')).toBe(26);
    for (let i = 0; i < 30; i += 1) {
      await expect.poll(() => held.length).toBeGreaterThan(i);
      expect(held.length).toBeLessThanOrEqual(i + 4);
      await held[i]!();
    }
    expect(got.bodies()).toEqual(ids);
    await got.stop();
    expect(await broker.lag(queue, 'any')).toBe(0);
  });

  test('a rejected message comes again, and the deliveries are counted', async () => {
    const queue = uniqueName('reject');
    const got = receiving(broker, queue, (delivery) =>
      delivery.deliveries < 3 ? delivery.reject() : delivery.acknowledge(),
    );
    await broker.publish(queue, textMessage('1', 'a'));
    await expect.poll(() => got.deliveries.map(({ deliveries }) => deliveries)).toEqual([1, 2, 3]);
    await got.stop();
    expect(await broker.lag(queue, 'any')).toBe(0);
  });

  test('what a lost consumer held is delivered to another one', async () => {
    const queue = uniqueName('lost');
    const { proxy, address } = await through();
    const lost = await openRabbitAt(address);
    const first = receiving(lost, queue, () => undefined, { inFlight: 5 });
    for (let i = 0; i < 5; i += 1) await broker.publish(queue, textMessage(String(i), String(i)));
    await first.count(5);
    proxy.cut();
    const second = receiving(broker, queue);
    await second.count(5);
    expect(second.deliveries.map(({ deliveries }) => deliveries)).toEqual([2, 2, 2, 2, 2]);
    expect(first.troubles.filter((trouble) => trouble !== undefined).length).toBeGreaterThan(0);
    await second.stop();
    await lost.close();
    await proxy.close();
  });

  test('while the network is cut, messages wait; afterwards all arrive, and trouble is reported as gone', async () => {
    const queue = uniqueName('cut');
    const { proxy, address } = await through();
    const far = await openRabbitAt(address);
    const got = receiving(far, queue);
    await broker.publish(queue, textMessage('0', '0'));
    await got.count(1);
    proxy.cut();
    for (let i = 1; i < 20; i += 1) await broker.publish(queue, textMessage(String(i), String(i)));
    await expect.poll(() => got.troubles.length).toBeGreaterThan(1);
    await expect(far.publish(queue, textMessage('x', 'x'))).rejects.toThrow(/RabbitMQ at amqp:.*cannot connect/);
    proxy.mend();
    await got.count(20);
    await expect.poll(() => got.troubles.at(-1)).toBeUndefined();
    // The publisher connects again, too.
    await far.publish(queue, textMessage('20', '20'));
    await got.count(21);
    await got.stop();
    await far.close();
    await proxy.close();
  });

  test('the network is cut again and again under load: each message arrives at least once', async () => {
    const queue = uniqueName('load');
    const { proxy, address } = await through();
    const far = await openRabbitAt(address);
    const got = receiving(far, queue, undefined, { inFlight: 20 });
    const publishing = (async () => {
      for (let i = 0; i < 300; i += 1) await broker.publish(queue, textMessage(String(i), String(i)));
    })();
    for (const atLeast of [30, 120, 200]) {
      await expect.poll(() => got.deliveries.length, { timeout: 60_000 }).toBeGreaterThan(atLeast);
      proxy.cut();
      proxy.mend();
    }
    await publishing;
    await got.count(300);
    await expect.poll(() => broker.lag(queue, 'any')).toBe(0);
    await got.stop();
    await far.close();
    await proxy.close();
  });

  test('the queue is deleted while it is consumed: it is declared again', async () => {
    const queue = uniqueName('deleted');
    const got = receiving(broker, queue);
    await broker.publish(queue, textMessage('1', 'a'));
    await got.count(1);
    const channel = await admin.createChannel();
    await channel.deleteQueue(queue);
    await expect.poll(() => got.troubles.at(0)?.message).toMatch(/the queue ".*" was deleted/);
    await expect.poll(() => got.troubles.at(-1)).toBeUndefined();
    await broker.publish(queue, textMessage('2', 'b'));
    await got.count(2);
    await got.stop();
    await channel.close();
  });

  test('after the end of receiving, what is held can still be acknowledged', async () => {
    const queue = uniqueName('drain');
    const got = receiving(broker, queue, () => undefined);
    await broker.publish(queue, textMessage('1', 'a'));
    await got.count(1);
    await got.stop();
    await broker.publish(queue, textMessage('2', 'b'));
    await got.deliveries[0]!.acknowledge();
    const next = receiving(broker, queue);
    await next.count(1);
    expect(next.bodies()).toEqual(['b']);
    expect(got.bodies()).toEqual(['a']);
    await next.stop();
  });

  test('close gives back what is held', async () => {
    const queue = uniqueName('close');
    const other = await openRabbitAt(real.href);
    const got = receiving(other, queue, () => undefined);
    await broker.publish(queue, textMessage('1', 'a'));
    await got.count(1);
    await other.close();
    await got.ended;
    const next = receiving(broker, queue);
    await next.count(1);
    await next.stop();
  });

  describe('publish', () => {
    test('to an exchange with a routing key', async () => {
      const [exchange, queue] = [uniqueName('exchange'), uniqueName('bound')];
      const channel = await admin.createChannel();
      await channel.assertExchange(exchange, 'topic', { durable: true });
      await channel.assertQueue(queue, { durable: true });
      await channel.bindQueue(queue, exchange, 'order.*');
      await broker.publish(`${exchange}/order.created`, textMessage('1', 'a'));
      expect((await channel.checkQueue(queue)).messageCount).toBe(1);
      await expect(broker.publish(`${exchange}/invoice`, textMessage('2', 'b'))).rejects.toThrow(
        /no queue is bound for ".*\/invoice": the message "2" was not published/,
      );
      await broker.publish(`${exchange}/order.paid`, textMessage('3', 'c'));
      expect((await channel.checkQueue(queue)).messageCount).toBe(2);
      await channel.close();
    });

    test('an exchange that does not exist is an error, and the next message is published', async () => {
      const queue = uniqueName('after');
      const [missing, sent] = await Promise.allSettled([
        broker.publish(`${uniqueName('none')}/key`, textMessage('1', 'a')),
        broker.publish(queue, textMessage('2', 'b')),
      ]);
      expect(missing).toMatchObject({
        status: 'rejected',
        reason: { message: expect.stringMatching(/the exchange "none-.*" does not exist/) as string },
      });
      expect(sent.status).toBe('fulfilled');
      expect(await broker.lag(queue, 'any')).toBe(1);
    });

    test('a queue that refuses the message is an error', async () => {
      const queue = uniqueName('full');
      const channel = await admin.createChannel();
      await channel.assertQueue(queue, { arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' } });
      await broker.publish(queue, textMessage('1', 'a'));
      await expect(broker.publish(queue, textMessage('2', 'b'))).rejects.toThrow(/cannot publish to the queue/);
      await channel.close();
    });

    test('500 messages at the same time are confirmed in any order', async () => {
      const queue = uniqueName('many');
      await Promise.all(Array.from({ length: 500 }, (_, i) => broker.publish(queue, textMessage(String(i), 'x'))));
      await expect.poll(() => broker.lag(queue, 'any')).toBe(500);
    });
  });

  describe('settings that no waiting mends', () => {
    const wrong = async (change: (address: URL) => void): Promise<Broker> => {
      const address = new URL(real);
      change(address);
      return await openRabbitAt(address.href);
    };

    test.each([
      ['a wrong password', (address: URL) => (address.password = 'hunter2secret'), /cannot connect: .*ACCESS_REFUSED/],
      [
        'a virtual host that does not exist',
        (address: URL) => (address.pathname = '/nowhere'),
        /\/nowhere: cannot connect: .*the virtual host does not exist, or the user may not use it/,
      ],
    ])('%s: receiving rejects with the address and without the password', async (_, change, message) => {
      const bad = await wrong(change);
      const got = receiving(bad, 'any');
      const error = await got.ended.then(
        () => undefined,
        (reason: unknown) => reason as Error,
      );
      expect(error?.message).toMatch(message);
      expect(error?.message).toContain('RabbitMQ at amqp://');
      expect(error?.message).not.toMatch(/hunter2secret|guest/);
      await expect(bad.publish('any', textMessage('1', 'a'))).rejects.toThrow(message);
      await bad.close();
    });

    test('a queue that another connection has for itself is trouble: it may become free', async () => {
      const queue = uniqueName('exclusive');
      const channel = await admin.createChannel();
      await channel.assertQueue(queue, { exclusive: true });
      const got = receiving(broker, queue);
      await expect.poll(() => got.troubles.at(0)?.message).toMatch(/RESOURCE_LOCKED/);
      await got.stop();
      await channel.close();
    });
  });

  test('a server that is not there is trouble, and receiving continues when it is there', async () => {
    const { proxy, address } = await through();
    proxy.cut();
    const queue = uniqueName('late');
    const far = await openRabbitAt(address);
    const got = receiving(far, queue);
    await expect
      .poll(() => got.troubles.at(0)?.message)
      .toMatch(/^RabbitMQ at amqp:\/\/127\.0\.0\.1:\d+.*: cannot connect/);
    proxy.mend();
    await broker.publish(queue, textMessage('1', 'a'));
    await got.count(1);
    await got.stop();
    await far.close();
    await proxy.close();
  });
});
