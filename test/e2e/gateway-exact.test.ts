// Events of each broker, some of them published twice, and two gateways that are killed again and again: each event has one effect.
// scripts/nightly.sh has 10,000 events, and 3 kills of each gateway.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { BrokerSettings } from '../../src/domain/event/broker-settings.js';
import { openBroker } from '../../src/events/open-broker.js';
import { makeCliDirectory, type Running } from '../support/baton.js';
import { buildCli } from '../support/built-cli.js';
import { atNight, IS_NIGHT } from '../support/nightly.js';
import { urlOf, withSystem } from '../support/systems.js';
import { useWorkers } from '../support/workers.js';

const EVENTS = atNight(10_000, 150);
/** Every twentieth is published twice. */
const TWICE = 20;
const KILLS = atNight(3, 2);
const BATCH = atNight(50, 25);
/** Events that have been published and have had no effect yet: a server with thousands of runs that begin has no time to end any. */
const MOST_WAITING = 500;
/** Published events after which one gateway is killed: the kills are spread over all of them. */
const KILL_EVERY = Math.ceil((EVENTS + 1) / (2 * KILLS + 1));

/** Kafka notices after 15 s that a gateway has died, as Redis does; and processes start slowly on a busy machine. */
const SOON = { timeout: 120_000, interval: 250 };
/** For more runs, however slow the machine is. */
const PROGRESS = { timeout: 300_000, interval: 500 };
/** How often a test for the night reports how far it is. */
const REPORT_MS = 15_000;

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

        const began = Date.now();
        let kills = 0;
        let sent = 0;
        const report = (): void => {
          const seconds = Math.round((Date.now() - began) / 1_000);
          console.log(`${kind}: ${seconds} s: ${sent} published, ${effects.size} effects, ${kills} kills`);
        };
        if (IS_NIGHT) {
          const reporting = setInterval(report, REPORT_MS);
          onTestFinished(() => clearInterval(reporting));
        }

        const gateways = await Promise.all([startGateway(), startGateway()]);
        /** Resolves when there are this many effects. Rejects if none is added for minutes. */
        const untilEffects = async (wanted: number): Promise<void> => {
          while (effects.size < wanted) {
            const before = effects.size;
            await expect.poll(() => effects.size, PROGRESS).toBeGreaterThan(before);
          }
        };
        const restart = async (index: number): Promise<void> => {
          gateways[index]!.signal('SIGKILL');
          await gateways[index]!.ended;
          gateways[index] = await startGateway();
          kills++;
        };
        // Killed in turn, each after a batch, so that it has messages in flight; the other one continues with the next batches.
        let restarting = Promise.resolve();
        let killAt = KILL_EVERY;
        while (sent < EVENTS) {
          await untilEffects(sent + BATCH - MOST_WAITING);
          const batch = ids.slice(sent, sent + BATCH);
          const again = batch.filter((_, index) => (sent + index) % TWICE === 0);
          await Promise.all([...batch, ...again].map(publish));
          sent += batch.length;
          if (sent < killAt) continue;
          await restarting;
          restarting = restart(kills % 2);
          killAt += KILL_EVERY;
        }
        await restarting;
        expect(kills).toBe(2 * KILLS);
        await untilEffects(EVENTS);
        await expect.poll(() => client.lag(name, name), SOON).toBe(0);
        // One effect for each key, and one key for each event.
        expect([...effects.values()].sort()).toEqual(ids);
        expect(await client.lag(`${name}-dead`, 'baton-count')).toBe(0);
        report();
      },
      900_000 + 1_000 * EVENTS,
    );
  });
});
