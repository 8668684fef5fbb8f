import { describe, expect, test } from 'vitest';
import type { BrokerKind } from '../../../../src/domain/event/broker-settings.js';
import { formatProblem } from '../../../../src/domain/problem.js';
import { validatePlan } from '../../../../src/domain/plan/validate/index.js';

const BROKERS: ReadonlyMap<string, BrokerKind> = new Map([
  ['shop', 'redis'],
  ['bus', 'rabbitmq'],
  ['log', 'kafka'],
]);

const problemsOf = (
  publish: unknown,
  more: object = {},
  brokers: ReadonlyMap<string, BrokerKind> | undefined = BROKERS,
) =>
  validatePlan(
    { name: 'p', tasks: { a: { agent: 'x' }, tell: { publish, ...more } } },
    undefined,
    undefined,
    undefined,
    brokers,
  ).problems.map(formatProblem);

const event = (more: object = {}) => ({ broker: 'bus', to: 'orders', type: 'order.created', ...more });

test('publish: a valid task of each kind of broker', () => {
  expect(problemsOf(event())).toEqual([]);
  expect(problemsOf(event({ to: 'shop/order.created' }))).toEqual([]);
  expect(problemsOf(event({ broker: 'log', to: 'orders-v1' }))).toEqual([]);
  expect(problemsOf(event({ broker: 'shop', to: 'any stream: {1}' }))).toEqual([]);
  expect(problemsOf(event({ data: { n: '{% $tasks.a.output %}' }, key: '{% $input.id %}' }))).toEqual([]);
});

describe('publish: what is refused', () => {
  test.each([
    [
      event({ broker: 'buss' }),
      'tasks.tell.publish.broker: expected the name of a broker of the configuration, got "buss"; did you mean "bus"?',
    ],
    [
      event({ broker: 'other' }),
      'tasks.tell.publish.broker: expected the name of a broker of the configuration, got "other"; brokers: shop, bus, log',
    ],
    [
      event({ broker: 'log', to: 'a/b' }),
      'tasks.tell.publish.to: expected the name of a topic: letters, digits, ".", "_" or "-", at most 249, because broker log is of kind kafka; got "a/b"',
    ],
    [
      event({ to: '/key' }),
      'tasks.tell.publish.to: expected the name of a queue, or exchange/routing.key, each of at most 255 bytes, because broker bus is of kind rabbitmq; got "/key"',
    ],
    [
      event({ to: '{% $input.to %}' }),
      'tasks.tell.publish.to: expected the name of a stream, topic, queue or exchange, got the expression "{% $input.to %}"; the destination is fixed when the plan is written',
    ],
  ])('%o', (publish, problem) => {
    expect(problemsOf(publish)).toEqual([problem]);
  });

  test('a configuration without brokers', () => {
    expect(problemsOf(event(), {}, new Map())[0]).toMatch(/got "bus"; the configuration has no brokers$/);
  });

  test('missing, wrong and unknown keys', () => {
    expect(problemsOf({ broker: 'bus', to: 'q' })[0]).toMatch(/^tasks\.tell\.publish\.type: /);
    expect(problemsOf({ ...event(), topic: 'x' })[0]).toMatch(
      /^tasks\.tell\.publish: unknown key "topic"|tasks\.tell\.publish\.topic: /,
    );
    expect(problemsOf('orders')[0]).toMatch(/^tasks\.tell\.publish: expected an object of broker, to, key, type, data/);
  });

  test('keys of other kinds', () => {
    expect(problemsOf(event(), { input: {} })[0]).toMatch(/^tasks\.tell\.input: /);
    expect(problemsOf(event(), { fallback: { agent: 'x' } })[0]).toMatch(/^tasks\.tell\.fallback: /);
    expect(problemsOf(event(), { retry: { attempts: 2 }, timeout: '5s', compensate: { agent: 'x' } })).toEqual([]);
  });

  test('an expression that names a task that does not exist', () => {
    expect(problemsOf(event({ data: '{% $tasks.b.output %}' }))[0]).toMatch(/^tasks\.tell\.publish\.data: /);
  });
});

test('publish: brokers that are not known are not checked', () => {
  const { problems } = validatePlan({ name: 'p', tasks: { tell: { publish: event({ broker: 'any' }) } } });
  expect(problems).toEqual([]);
});

test('publish: what the event mentions is a need', () => {
  const { needs } = validatePlan({
    name: 'p',
    tasks: {
      a: { agent: 'x' },
      b: { agent: 'x' },
      tell: { publish: event({ data: '{% $tasks.a.output %}', key: '{% $tasks.b.output %}' }) },
    },
  });
  expect([...(needs?.get('tell') ?? [])].toSorted()).toEqual(['a', 'b']);
});
