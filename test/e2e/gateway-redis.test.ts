// `baton gateway` as real processes, between a real Redis and a real Temporal server, which are killed at the worst moments.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { makeCliDirectory, type CliDirectory, type Running } from '../support/baton.js';
import { buildCli } from '../support/built-cli.js';
import { hasRedis, useRedis } from '../support/redis.js';
import { startProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { useWorkers } from '../support/workers.js';

const PLAN = {
  name: 'order',
  input: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
  tasks: { book: { agent: 'sink', input: { id: '{% $input.id %}' } } },
  output: '{% $tasks.book.output.id %}',
};

/** A message of a gateway that was killed is claimed after 15 s, and processes start slowly on a busy machine. */
const CLAIMED = { timeout: 90_000, interval: 250 };

describe.skipIf(!hasRedis)('baton gateway on Redis', () => {
  const workers = useWorkers();
  const redis = useRedis();
  beforeAll(buildCli);

  /** The ids that the agent has received, by idempotency key. */
  const effects = new Map<string, string>();
  const sink = functionAgent<{ id: string }, { id: string }>({
    type: 'sink',
    run: ({ id }, { idempotencyKey }) => {
      effects.set(idempotencyKey, id);
      return { id };
    },
  });
  const effectsOf = (stream: string) => [...effects.values()].filter((id) => id.startsWith(`${stream}-`)).sort();

  interface Place {
    readonly stream: string;
    readonly directory: CliDirectory;
    readonly redisProxy: TcpProxy;
    readonly temporalProxy: TcpProxy;
    gateway(this: void): Promise<Running>;
    add(this: void, id: string): Promise<unknown>;
    pending(this: void): Promise<number>;
  }

  async function makePlace(settings: object = {}): Promise<Place> {
    const stream = `s${randomUUID().slice(0, 8)}`;
    await workers.start({ agents: [sink], taskQueues: [stream] });
    const directory = await makeCliDirectory();
    const redisProxy = await startProxy(Number(new URL(redis.url).port));
    const temporalProxy = await startProxy(Number(workers.env.address.split(':')[1]), 'localhost');
    onTestFinished(async () => {
      await Promise.all([redisProxy.close(), temporalProxy.close()]);
      await directory.remove();
    });
    await directory.write('plan.json', PLAN);
    await directory.write(
      'baton.config.yaml',
      JSON.stringify({
        agents: [{ type: 'sink', kind: 'command', command: ['true'] }],
        taskQueue: stream,
        server: { address: `127.0.0.1:${temporalProxy.port}` },
        brokers: [{ name: 'shop', kind: 'redis', url: `redis://127.0.0.1:${redisProxy.port}` }],
        subscriptions: [
          {
            name: stream,
            from: { broker: 'shop', stream },
            start: { plan: './plan.json', run: '{% $event.data.id %}' },
            ...settings,
          },
        ],
      }),
    );
    return {
      ...{ stream, directory, redisProxy, temporalProxy },
      async gateway() {
        const running = directory.spawn('gateway');
        await running.waitForLine('gateway ready');
        return running;
      },
      add: (id) => redis.client.xAdd(stream, '*', { id: `${stream}-${id}` }),
      pending: async () => (await redis.client.xPending(stream, stream)).pending,
    };
  }

  const kill = async (gateway: Running): Promise<void> => {
    gateway.signal('SIGKILL');
    await gateway.ended;
  };

  test('a gateway that is killed after it has received a message, and before it has started the run, loses nothing', async () => {
    const place = await makePlace();
    const first = await place.gateway();
    place.temporalProxy.hold();
    await place.add('1');
    await expect.poll(place.pending).toBe(1);
    await kill(first);
    place.temporalProxy.release();
    await place.gateway();
    await expect.poll(() => effectsOf(place.stream), CLAIMED).toEqual([`${place.stream}-1`]);
    await expect.poll(place.pending, CLAIMED).toBe(0);
  });

  test('a gateway that is killed after it has started the run, and before it has acknowledged the message, causes one run', async () => {
    const place = await makePlace();
    const first = await place.gateway();
    const acknowledging = place.redisProxy.holdAt('XACK');
    await place.add('1');
    await acknowledging;
    await kill(first);
    place.redisProxy.release();
    await place.gateway();
    await expect.poll(place.pending, CLAIMED).toBe(0);
    expect(effectsOf(place.stream)).toEqual([`${place.stream}-1`]);
  });

  test('a gateway that gets SIGTERM ends with exit code 0, and leaves no message behind', async () => {
    const place = await makePlace();
    const gateway = await place.gateway();
    for (let id = 0; id < 50; id++) await place.add(String(id).padStart(2, '0'));
    await expect.poll(() => effectsOf(place.stream).length).toBeGreaterThan(0);
    gateway.signal('SIGTERM');
    expect((await gateway.ended).exitCode).toBe(0);
    expect(await place.pending()).toBe(0);
    await place.gateway();
    await expect.poll(() => effectsOf(place.stream).length, CLAIMED).toBe(50);
  });

  test('a connection to Temporal or Redis that is cut for a while costs no message', async () => {
    const place = await makePlace();
    const gateway = await place.gateway();
    place.temporalProxy.cut();
    await place.add('1');
    await gateway.waitForLine('trying again');
    place.temporalProxy.mend();
    await expect.poll(() => effectsOf(place.stream), CLAIMED).toEqual([`${place.stream}-1`]);
    place.redisProxy.cut();
    await gateway.waitForLine('broker shop');
    await place.add('2');
    place.redisProxy.mend();
    await expect.poll(() => effectsOf(place.stream), CLAIMED).toHaveLength(2);
    await expect.poll(place.pending, CLAIMED).toBe(0);
  });
});
