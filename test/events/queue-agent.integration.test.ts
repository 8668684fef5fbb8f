// An agent behind a topic that a Workflow keeps, called by runs on a real server.
import { expect, onTestFinished, test } from 'vitest';
import { queueAgent } from '../../src/activities/agents/queue/queue-agent.js';
import { parsePlan } from '../../src/domain/plan/parse.js';
import type { Delivery } from '../../src/events/broker.js';
import { createTemporalBroker } from '../../src/events/temporal/temporal-broker.js';
import { receiving, textMessage } from '../support/brokers.js';
import { useWorkers } from '../support/workers.js';

const workers = useWorkers();

const brokers = [{ name: 'inner', kind: 'temporal' }] as const;
const agent = queueAgent({
  ...{ type: 'double', broker: 'inner', requests: 'doubles', timeout: '3s' },
  retry: { attempts: 3, initial: '100ms' },
});
const plan = parsePlan({
  name: 'p',
  tasks: { a: { agent: 'double', input: { n: '{% $input.n %}' } } },
  output: '{% $tasks.a %}',
});

test('temporal topics: a run gets its reply; a time-out is attempted again with the same id, and its late reply is discarded', async () => {
  const worker = await workers.start({ agents: [agent], brokers, taskQueues: ['t'], project: 'shop' });
  const broker = createTemporalBroker({ client: workers.env.client, name: 'inner', project: 'shop', taskQueue: 't' });
  const ids: string[] = [];
  const held: Delivery[] = [];
  const reply = ({ headers, body }: Delivery) => {
    const { data } = JSON.parse(Buffer.from(body).toString()) as { data: { n: number } };
    const correlation = headers['correlation-id']!;
    return broker.publish(
      headers['reply-to']!,
      textMessage(`${correlation}-reply`, JSON.stringify({ data: 2 * data.n }), {
        headers: { 'correlation-id': correlation },
      }),
    );
  };
  const consumer = receiving(broker, 'doubles', async (delivery) => {
    const { id } = JSON.parse(Buffer.from(delivery.body).toString()) as { id: string };
    ids.push(id);
    // The first request of the run "slow" is answered when its attempt has timed out.
    if (id.startsWith('slow/') && held.length === 0) held.push(delivery);
    else await reply(delivery);
    await delivery.acknowledge();
  });
  onTestFinished(async () => {
    await consumer.stop();
    await broker.close();
  });
  const baton = workers.baton([agent], 't');
  const first = await (await baton.start(plan, { id: 'quick', input: { n: 4 } })).result();
  expect(first.tasks['a']).toMatchObject({ status: 'succeeded', output: 8, attempts: 1 });
  const second = await (await baton.start(plan, { id: 'slow', input: { n: 5 } })).result();
  expect(second.tasks['a']).toMatchObject({ status: 'succeeded', output: 10, attempts: 2 });
  expect(ids).toEqual(['quick/a', 'slow/a', 'slow/a']);
  await reply(held[0]!);
  await expect.poll(() => worker.said).toContain('broker inner: a reply was discarded, because its call has ended');
});
