import { expect, test } from 'vitest';
import { sendFacts } from '../../../src/domain/trace/publication.js';

const published = (to: string, kind: string | undefined) =>
  sendFacts({ broker: 'b', to, id: 'r/t', type: 'x' }, () => kind);

test('a publication to an exchange of RabbitMQ has its routing key in the name of the destination', () => {
  expect(published('orders/order.created', 'rabbitmq')).toMatchObject({
    name: 'send orders:order.created',
    attributes: {
      'messaging.system': 'rabbitmq',
      'messaging.destination.name': 'orders:order.created',
      'messaging.rabbitmq.destination.routing_key': 'order.created',
    },
  });
});

test('a publication to a queue of RabbitMQ is routed by the name of the queue', () => {
  expect(published('orders', 'rabbitmq').attributes).toMatchObject({
    'messaging.destination.name': 'orders',
    'messaging.rabbitmq.destination.routing_key': 'orders',
  });
});

test('a destination with a slash is one name on brokers without routing keys', () => {
  expect(published('a/b', 'redis').attributes).toMatchObject({ 'messaging.destination.name': 'a/b' });
});

test('a publication by a broker that the worker does not have names no system', () => {
  expect(published('a', undefined).attributes).not.toHaveProperty('messaging.system');
});
