import { expect, test } from 'vitest';
import type { BrokerSettings } from '../../../src/domain/event/broker-settings.js';
import { checkBrokers, checkSubscriptions } from '../../../src/domain/event/check-subscriptions.js';
import { SubscriptionSettings } from '../../../src/domain/event/subscription.js';
import { formatPath } from '../../../src/domain/problem.js';

const brokers: BrokerSettings[] = [
  { name: 'shop', kind: 'redis', url: 'redis://127.0.0.1' },
  { name: 'bus', kind: 'rabbitmq', url: 'amqp://127.0.0.1' },
  { name: 'log', kind: 'kafka', bootstrapServers: ['127.0.0.1:9092'] },
  { name: 'inner', kind: 'temporal' },
];
const base = { name: 'orders', from: { broker: 'shop', stream: 'orders' }, start: { plan: './p.yaml' } };

const problems = (...subscriptions: object[]) =>
  checkSubscriptions(
    subscriptions.map((one) => SubscriptionSettings.parse(one)),
    brokers,
  ).map(({ path, message }) => `${formatPath(path)}: ${message}`);

test.each([
  { broker: 'shop', stream: 'orders' },
  { broker: 'bus', queue: 'orders' },
  { broker: 'log', topic: 'orders' },
  { broker: 'inner', topic: 'orders' },
  { webhook: { path: '/orders' } },
])('a source that fits its broker has no problem: %j', (from) => {
  expect(problems({ ...base, from })).toEqual([]);
});

test.each([
  [
    { from: { broker: 'shp', stream: 'x' } },
    'from.broker: expected the name of a broker, got "shp"; did you mean "shop"?',
  ],
  [
    { from: { broker: 'shop', queue: 'x' } },
    'from: expected "stream", because broker shop is of kind redis, got "queue"',
  ],
  [
    { from: { broker: 'log', topic: 'x', stream: 'x' } },
    'from: expected "topic", because broker log is of kind kafka, got "stream" and "topic"',
  ],
  [
    { from: { broker: 'bus' } },
    'from: expected "queue", because broker bus is of kind rabbitmq, got neither a stream, a queue nor a topic',
  ],
  [{ from: { stream: 'x' } }, 'from: expected "broker" or "webhook", got neither'],
  [
    { from: { broker: 'shop', stream: 'x', webhook: { path: '/x' } } },
    'from: expected "webhook" alone, got "broker" and "stream" too',
  ],
  [{ start: undefined }, ': expected either "start" or "deliver", got neither'],
  [{ deliver: { run: 'r', event: 'e' } }, ': expected either "start" or "deliver", got both'],
  [{ when: 'yes' }, 'when: expected an expression, {% … %}, got "yes"'],
  [{ when: '{% $evnt.type %}' }, 'when: expected the variable $event, got $evnt; did you mean $event?'],
  [{ when: '{% event.type %}' }, 'when: expected a variable, got event; did you mean $event.event?'],
  [
    { start: { plan: 'p', input: { a: ['{% $tasks.x.output %}'] } } },
    'start.input.a[0]: expected the variable $event, got $tasks',
  ],
  [
    { start: { plan: 'p', run: '{% $random() %}' } },
    'start.run: expected an expression whose result depends on the event alone, got $random',
  ],
  [
    { start: { plan: 'p', run: 'order-{% $event.id %}' } },
    'start.run: expected a string that is one whole expression, got an expression within other text; ' +
      "write all of it as one expression, such as {% 'order-' & $event.id %}",
  ],
])('a subscription with a problem: %j', (change, problem) => {
  const at = problem.startsWith(':') ? 'subscriptions[0]' : 'subscriptions[0].';
  expect(problems({ ...base, ...change })).toEqual([`${at}${problem}`]);
});

test('an expression that cannot be parsed is a problem', () => {
  const [problem] = problems({ ...base, when: '{% $event. %}' });
  expect(problem).toMatch(/^subscriptions\[0\]\.when: expected a JSONata expression, got an error: /);
});

test('names, and paths of webhooks, are used once', () => {
  const hook = (name: string) => ({ ...base, name, from: { webhook: { path: '/in' } } });
  expect(problems(hook('a'), hook('b'), hook('a'))).toEqual([
    'subscriptions[2].name: expected a name of its own, got "a", which subscriptions[0] has',
    'subscriptions[1].from.webhook.path: expected a path of its own, got "/in", which subscriptions[0] has',
    'subscriptions[2].from.webhook.path: expected a path of its own, got "/in", which subscriptions[0] has',
  ]);
  expect(checkBrokers([brokers[0]!, brokers[0]!]).map(({ message }) => message)).toEqual([
    'expected a name of its own, got "shop", which brokers[0] has',
  ]);
});
