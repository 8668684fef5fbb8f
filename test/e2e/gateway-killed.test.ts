// `baton gateway` as a process between each real broker and a real Temporal server: killed at the worst moments, and without Temporal.
// For Redis, gateway-redis.test.ts and gateway-faults.test.ts have the same in the form of its own commands.
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { makeCliDirectory, type Running } from '../support/baton.js';
import { BROKERS, type Far } from '../support/broker-behind-proxy.js';
import { textMessage, uniqueName } from '../support/brokers.js';
import { buildCli } from '../support/built-cli.js';
import { IS_NIGHT } from '../support/nightly.js';
import { urlOf, withSystem } from '../support/systems.js';
import { startProxy } from '../support/tcp-proxy.js';
import { useWorkers } from '../support/workers.js';

/** What a gateway held that was killed comes again after up to 15 s, and processes start slowly on a busy machine. */
const SLOW = { timeout: 120_000, interval: 250 };
const AWAY_MS = 20_000;
const STEPS = 12;

const PLAN = {
  name: 'order',
  tasks: { book: { agent: 'sink', input: '{% $input.id %}' } },
  output: '{% $tasks.book.output %}',
};

/** Receives all events one after the other: one that is delivered twice, not at all or too early changes the output. */
const numbers = Array.from({ length: STEPS }, (_, n) => n);
const STEPS_PLAN: Plan = {
  name: 'steps',
  tasks: Object.fromEntries(
    numbers.map((n) => [`s${n}`, { event: 'step', ...(n === 0 ? {} : { needs: [`s${n - 1}`] }) }]),
  ),
  output: `{% [${numbers.map((n) => `$tasks.s${n}.output`).join(', ')}] %}`,
};

describe.each(BROKERS.filter(([kind]) => IS_NIGHT || kind !== 'redis'))('%s', (kind, from, open) => {
  describe.skipIf(urlOf(kind) === undefined)(withSystem(kind, 'a gateway'), { timeout: 400_000 }, () => {
    const workers = useWorkers();
    beforeAll(buildCli);

    async function makePlace(causes: (name: string) => object) {
      const name = uniqueName('killed');
      const booked: string[] = [];
      const sink = functionAgent<string, string>({ type: 'sink', run: (id) => (booked.push(id), id) });
      await workers.start({ agents: [sink], taskQueues: [name] });
      const { proxy, near, settings }: Far = await open(urlOf(kind)!);
      const temporal = await startProxy(Number(workers.env.address.split(':')[1]), 'localhost');
      const directory = await makeCliDirectory();
      onTestFinished(async () => {
        await directory.remove();
        await temporal.close();
        await near.close();
      });
      await directory.write('plan.json', PLAN);
      await directory.write(
        'baton.config.yaml',
        JSON.stringify({
          agents: [{ type: 'sink', kind: 'command', command: ['true'] }],
          taskQueue: name,
          server: { address: `127.0.0.1:${temporal.port}` },
          brokers: [settings],
          subscriptions: [{ name, from: { broker: settings.name, [from]: name }, ...causes(name) }],
        }),
      );
      const gateway = async (): Promise<Running> => {
        const running = directory.spawn('gateway');
        await running.waitForLine('gateway ready');
        return running;
      };
      const publish = (id: string, data: object) =>
        near.publish(name, textMessage(id, JSON.stringify(data), { key: 'k', contentType: 'application/json' }));
      return { name, booked, proxy, temporal, gateway, publish, lag: () => near.lag(name, name) };
    }

    const starts = () => ({ start: { plan: './plan.json', run: '{% $event.data.id %}' } });

    const kill = async (gateway: Running): Promise<void> => {
      gateway.signal('SIGKILL');
      await gateway.ended;
    };

    test('a gateway that is killed after it has received a message, and before it has started the run, loses nothing', async () => {
      const { name, booked, temporal, gateway, publish, lag } = await makePlace(starts);
      const first = await gateway();
      const starting = temporal.holdAt(`${name}-1`);
      await publish('1', { id: `${name}-1` });
      await starting;
      await kill(first);
      expect(booked).toEqual([]);
      temporal.release();
      await gateway();
      await expect.poll(lag, SLOW).toBe(0);
      await expect.poll(() => booked, SLOW).toEqual([`${name}-1`]);
    });

    test('a gateway that is killed after it has started the run, and before it has acknowledged the message, causes one run', async () => {
      const { name, booked, proxy, temporal, gateway, publish, lag } = await makePlace(starts);
      const first = await gateway();
      const starting = temporal.holdAt(`${name}-1`);
      await publish('1', { id: `${name}-1` });
      await starting;
      proxy.hold();
      temporal.release();
      await expect.poll(() => booked, SLOW).toEqual([`${name}-1`]);
      await kill(first);
      proxy.release();
      expect(await lag()).toBe(1);
      await gateway();
      await expect.poll(lag, SLOW).toBe(0);
      expect(booked).toEqual([`${name}-1`]);
    });

    test.skipIf(!IS_NIGHT)('Temporal is away for 20 s: each event is delivered once, in order', async () => {
      const { name, temporal, gateway, publish, lag } = await makePlace((run) => ({
        deliver: { run, event: 'step', data: '{% $event.data.n %}' },
      }));
      const run = await workers.baton([], name).start(STEPS_PLAN, { id: name });
      await gateway();
      let next = 0;
      const steps = async (until: number): Promise<void> => {
        for (; next < until; next++) await publish(String(next), { n: next });
      };
      await steps(4);
      await expect.poll(lag, SLOW).toBe(0);
      temporal.cut();
      await steps(8);
      await sleep(AWAY_MS);
      temporal.mend();
      await steps(STEPS);
      await expect.poll(lag, SLOW).toBe(0);
      expect((await run.result()).output).toEqual(numbers);
    });
  });
});
