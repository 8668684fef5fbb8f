// Events of each broker, some of them published twice, and two gateways that are killed again and again: each event has one effect.
// With BATON_EVENTS=10000 it is a test for the night: scripts/nightly-events.sh.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { BrokerSettings } from '../../src/domain/event/broker-settings.js';
import { openBroker } from '../../src/events/open-broker.js';
import { makeCliDirectory, type Running } from '../support/baton.js';
import { buildCli } from '../support/built-cli.js';
import { urlOf, withSystem } from '../support/systems.js';
import { useWorkers } from '../support/workers.js';

const EVENTS = Number(process.env['BATON_EVENTS'] ?? 500);
/** Every twentieth is published twice. */
const TWICE = 20;
const KILLS = 3;
const BATCH = 50;

/** Kafka notices after 15 s that a gateway has died, as Redis does; and processes start slowly on a busy machine. */
const SOON = { timeout: 120_000, interval: 250 };
/** For more runs, however slow the machine is. */
const PROGRESS = { timeout: 300_000, interval: 500 };

const PLAN = {
  name: 'order',
  input: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
  tasks: { book: { agent: 'sink', input: { id: '{% $input.id %}' } } },
  output: '{% $tasks.book.output.id %}',
};

const KINDS = [
  { kind: 'redis', place: 'stream', settings: (url: string) => ({ url }) },
  { kind: 'rabbitmq', place: 'queue', settings: (url: string) => ({ url }) },
  { kind: 'kafka', place: 'topic', settings: (url: string) => ({ bootstrapServers: [url] }) },
] as const;

describe.each(KINDS)('$kind', ({ kind, place, settings }) => {
  const url = urlOf(kind);

  describe.skipIf(url === undefined)(withSystem(kind, 'two gateways'), () => {
    const workers = useWorkers();
    beforeAll(buildCli);

    test(
      `${EVENTS} events, some of them twice, and gateways that are killed ${KILLS} times each: each event has one effect`,
      async () => {
        const name = `exact-${randomUUID().slice(0, 8)}`;
        /** What the agent did, by idempotency key. */
        const effects = new Map<string, string>();
        const sink = functionAgent<{ id: string }, { id: string }>({
          type: 'sink',
          run: ({ id }, { idempotencyKey }) => {
            effects.set(idempotencyKey, id);
            return { id };
          },
        });
        await workers.start({ agents: [sink], taskQueues: [name] });
        const broker = { name: 'shop', kind, ...settings(url!) };
        const directory = await makeCliDirectory();
        onTestFinished(() => directory.remove());
        await directory.write('plan.json', PLAN);
        await directory.write(
          'baton.config.yaml',
          JSON.stringify({
            agents: [{ type: 'sink', kind: 'command', command: ['true'] }],
            taskQueue: name,
            server: { address: workers.env.address },
            brokers: [broker],
            subscriptions: [
              {
                name,
                from: { broker: 'shop', [place]: name },
                start: { plan: './plan.json', run: '{% $event.data.id %}' },
              },
            ],
          }),
        );
        const startGateway = async (): Promise<Running> => {
          const running = directory.spawn('gateway');
          await running.waitForLine('gateway ready');
          return running;
        };

        const client = await openBroker(BrokerSettings.parse(broker), {
          readSecret: () => Promise.reject(new Error('this test has no secrets')),
        });
        onTestFinished(() => client.close());
        const ids = Array.from({ length: EVENTS }, (_, index) => `${name}-${String(index).padStart(6, '0')}`);
        const publish = (id: string) =>
          client.publish(name, {
            ...{ id: randomUUID(), key: undefined, headers: {}, contentType: 'application/json' },
            body: Buffer.from(JSON.stringify({ id })),
          });
        const published = ids.flatMap((id, index) => (index % TWICE === 0 ? [id, id] : [id]));

        const gateways = await Promise.all([startGateway(), startGateway()]);
        const killing = (async () => {
          for (let round = 0; round < KILLS; round++)
            for (const index of [0, 1] as const) {
              const before = Math.min(effects.size, EVENTS - 1);
              await expect.poll(() => effects.size, SOON).toBeGreaterThan(before);
              gateways[index].signal('SIGKILL');
              await gateways[index].ended;
              gateways[index] = await startGateway();
            }
        })();
        for (let at = 0; at < published.length; at += BATCH) {
          await Promise.all(published.slice(at, at + BATCH).map(publish));
        }
        await killing;
        while (effects.size < EVENTS) {
          const before = effects.size;
          await expect.poll(() => effects.size, PROGRESS).toBeGreaterThan(before);
        }
        await expect.poll(() => client.lag(name, name), SOON).toBe(0);
        // One effect for each key, and one key for each event.
        expect([...effects.values()].sort()).toEqual(ids);
        expect(await client.lag(`${name}-dead`, 'baton-count')).toBe(0);
      },
      900_000 + 1_000 * EVENTS,
    );
  });
});
