// Tasks that publish events to real brokers.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { definePlan, functionAgent } from '../../src/index.js';
import { testBaton, type TestBaton } from '../../src/testing.js';
import { ownSystem, urlOf, withSystem, type OwnSystem } from '../support/systems.js';
import { bodyOf, openKafkaAt, openRabbitAt, receiving, uniqueName } from '../support/brokers.js';

const rabbit = urlOf('rabbitmq');
const kafka = urlOf('kafka');

const undone: unknown[] = [];
const retract = functionAgent({ type: 'retract', run: (input: unknown) => void undone.push(input) });
const fail = functionAgent({
  type: 'fail',
  run: () => Promise.reject(new Error('no payment')),
  retry: { attempts: 1 },
});
const count = functionAgent({ type: 'count', run: (n: number) => ({ n }) });

/** Nothing listens there. */
const NOWHERE = 'amqp://127.0.0.1:1';

describe.skipIf(rabbit === undefined || kafka === undefined)(withSystem('rabbitmq', 'publish'), () => {
  let baton: TestBaton;
  const brokers = [
    { name: 'bus', kind: 'rabbitmq' as const, url: rabbit ?? '' },
    { name: 'log', kind: 'kafka' as const, bootstrapServers: [kafka ?? ''] },
    { name: 'gone', kind: 'rabbitmq' as const, url: NOWHERE },
  ];
  beforeAll(async () => {
    baton = await testBaton({
      agents: [retract, fail, count],
      brokers,
      workflowBundle: { codePath: inject('workflowBundle') },
    });
  });
  afterAll(async () => {
    await baton.close();
  });
  const eventsIn = async (kind: 'bus' | 'log', to: string, expected: number) => {
    const broker = kind === 'bus' ? await openRabbitAt(rabbit!) : await openKafkaAt(kafka!);
    const got = receiving(broker, to);
    await got.count(expected);
    await got.stop();
    await broker.close();
    return got.deliveries.map((delivery) => ({ ...delivery, event: JSON.parse(bodyOf(delivery)) as unknown }));
  };

  test.each(['bus', 'log'] as const)(
    'an event arrives at %s as a CloudEvent with the id of the task',
    async (broker) => {
      const to = uniqueName('orders');
      const plan = definePlan('order', (p) => {
        const order = p.task('order', count, 7);
        const tell = p.publish('tell', {
          broker,
          to,
          key: order.output.n,
          type: 'order.created',
          data: { order: order.output },
        });
        return p.output(tell.output);
      });
      const result = await baton.run(plan, {}, { id: to });
      expect(result).toMatchObject({ status: 'completed', output: { id: `${to}/tell` } });
      const [delivery] = await eventsIn(broker, to, 1);
      expect(delivery).toMatchObject({ key: '7', contentType: 'application/cloudevents+json' });
      expect(delivery?.event).toEqual({
        specversion: '1.0',
        id: `${to}/tell`,
        source: expect.stringMatching(`^/baton/[^/]+/${to}$`) as string,
        type: 'order.created',
        subject: 'tell',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
        partitionkey: '7',
        datacontenttype: 'application/json',
        data: { order: { n: 7 } },
      });
      if (broker === 'bus') expect(delivery?.id).toBe(`${to}/tell`);
    },
  );

  test('a forEach publishes one event for each item', async () => {
    const to = uniqueName('items');
    const tasks = {
      tell: {
        forEach: { items: [1, 2, 3] },
        publish: { broker: 'bus', to, type: 'item', data: '{% $item * 10 %}' },
      },
    };
    const result = await baton.run({ name: 'items', tasks }, {}, { id: to });
    expect(result).toMatchObject({ status: 'completed', tasks: { tell: { items: { succeeded: 3 } } } });
    const events = await eventsIn('bus', to, 3);
    expect(events.map(({ id, event }) => [id, (event as { data: number }).data]).toSorted()).toEqual([
      [`${to}/tell/0`, 10],
      [`${to}/tell/1`, 20],
      [`${to}/tell/2`, 30],
    ]);
  });

  test('compensate undoes a publication with its id', async () => {
    const to = uniqueName('saga');
    const tasks = {
      tell: {
        publish: { broker: 'bus', to, type: 'order.created' },
        compensate: { agent: 'retract', input: { retract: '{% $output.id %}' } },
      },
      pay: { agent: 'fail', needs: ['tell'] },
    };
    const result = await baton.run({ name: 'saga', tasks }, {}, { id: to });
    expect(result).toMatchObject({ status: 'failed', tasks: { tell: { status: 'compensated' } } });
    expect(undone).toContainEqual({ retract: `${to}/tell` });
  });

  test('a fork does not publish again what has not changed', async () => {
    const to = uniqueName('fork');
    const tasks = {
      tell: { publish: { broker: 'bus', to, type: 'a', data: '{% $input.n %}' } },
      last: { agent: 'count', input: 1, needs: ['tell'] },
    };
    await baton.run({ name: 'fork', tasks }, { n: 1 }, { id: to });
    const same = { forkOf: { run: to }, id: `${to}-same` };
    const again = await baton.run(
      { name: 'fork', tasks: { ...tasks, more: { agent: 'count', input: 2 } } },
      { n: 1 },
      same,
    );
    expect(again).toMatchObject({
      status: 'completed',
      tasks: { tell: { output: { id: `${to}/tell` } } },
    });
    const changed = await baton.run({ name: 'fork', tasks }, { n: 2 }, { forkOf: { run: to }, id: `${to}-new` });
    expect(changed).toMatchObject({ tasks: { tell: { output: { id: `${to}-new/tell` } } } });
    const events = await eventsIn('bus', to, 2);
    expect(events.map(({ id }) => id).toSorted()).toEqual([`${to}-new/tell`, `${to}/tell`]);
  });

  test('a broker that is not there: each attempt names it, the task has failed and needs no undo', async () => {
    const tell = {
      publish: { broker: 'gone', to: 'q', type: 'a' },
      retry: { attempts: 2, initial: '10ms' },
      compensate: { agent: 'retract', input: 'gone' },
    };
    const result = await baton.run({ name: 'gone', tasks: { tell } });
    expect(result).toMatchObject({
      status: 'failed',
      tasks: {
        tell: {
          status: 'failed',
          attempts: 2,
          failure: {
            type: 'PublishFailed',
            message: expect.stringMatching(/^RabbitMQ at amqp:\/\/127\.0\.0\.1:1: cannot connect/) as string,
          },
        },
      },
    });
    expect(undone).not.toContain('gone');
  });

  test('an exchange without a queue for the message: the failure says so', async () => {
    const tell = { publish: { broker: 'bus', to: 'amq.topic/nobody.listens', type: 'a' }, retry: { attempts: 1 } };
    const result = await baton.run({ name: 'unroutable', tasks: { tell } });
    expect(result.tasks['tell']?.failure).toMatchObject({
      type: 'PublishFailed',
      message: expect.stringMatching(/no queue is bound for "amq\.topic\/nobody\.listens"/) as string,
    });
  });

  test('a plan that names an unknown broker, or a destination of the wrong form, does not start', async () => {
    const run = (publish: object) =>
      baton.run({ name: 'bad', tasks: { tell: { publish: { type: 'a', ...publish } } } });
    await expect(run({ broker: 'buss', to: 'q' })).rejects.toThrow(/got "buss"; did you mean "bus"\?/);
    await expect(run({ broker: 'log', to: 'a/b' })).rejects.toThrow(/expected the name of a topic/);
  });

  test('a key or type that is no text fails the task, and nothing is published', async () => {
    const tasks = { tell: { publish: { broker: 'bus', to: 'never', type: '{% $input.type %}' } } };
    const result = await baton.run({ name: 'type', tasks }, { type: { a: 1 } });
    expect(result.tasks['tell']?.failure).toMatchObject({
      type: 'ExpressionFailed',
      message: 'publish.type: expected the type of the event, a text, got {"a":1}',
    });
  });
});

test('publish: a worker without the broker fails the task with what to do', async () => {
  const other = await testBaton({ agents: [], workflowBundle: { codePath: inject('workflowBundle') } });
  try {
    const tell = { publish: { broker: 'bus', to: 'q', type: 'a' }, retry: { attempts: 2, initial: '10ms' } };
    const result = await other.run({ name: 'none', tasks: { tell } });
    expect(result.tasks['tell']?.failure).toMatchObject({
      type: 'BrokerNotHere',
      message: expect.stringMatching(/has no broker "bus": it has none; add it to "brokers"/) as string,
    });
  } finally {
    await other.close();
  }
});

describe.skipIf(rabbit === undefined)(withSystem('rabbitmq', 'publish while the broker restarts'), () => {
  test('the attempts bridge the restart, and the event is published', async () => {
    const system: OwnSystem = await ownSystem('rabbitmq');
    const own = await testBaton({
      agents: [],
      brokers: [{ name: 'bus', kind: 'rabbitmq', url: system.url }],
      workflowBundle: { codePath: inject('workflowBundle') },
    });
    try {
      await system.stop('SIGKILL');
      const tell = {
        publish: { broker: 'bus', to: 'late', type: 'a' },
        retry: { attempts: 100, initial: '1s', max: '1s' },
      };
      const running = own.run({ name: 'restart', tasks: { tell } }, {}, { id: 'restart' });
      await system.start();
      expect(await running).toMatchObject({ status: 'completed' });
      const broker = await openRabbitAt(system.url);
      expect(await broker.lag('late', 'any')).toBe(1);
      await broker.close();
    } finally {
      await own.close();
      await system.remove();
    }
  });
});
