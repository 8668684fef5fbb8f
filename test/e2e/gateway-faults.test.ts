// Faults that take long, with a gateway as a process: for the night, scripts/nightly.sh.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { Baton } from '../../src/client.js';
import { parsePlan } from '../../src/domain/plan/parse.js';
import { SEARCH_ATTRIBUTES } from '../../src/domain/run/search-attributes.js';
import { dynamicConfigArgs } from '../../src/server/index.js';
import { freePort } from '../../src/system/ports.js';
import { createWorker } from '../../src/worker.js';
import { makeCliDirectory, type Running } from '../support/baton.js';
import { buildCli } from '../support/built-cli.js';
import { IS_NIGHT } from '../support/nightly.js';
import { hasRedis, useRedis } from '../support/redis.js';
import { silenceTemporal } from '../support/silence.js';
import { startProxy } from '../support/tcp-proxy.js';

/** A message of a gateway that was killed is claimed after 15 s, and processes start slowly on a busy machine. */
const CLAIMED = { timeout: 120_000, interval: 250 };
const AWAY_MS = 20_000;
const STEPS = 40;

/** Receives all events one after the other: one that is delivered twice, or not at all, changes the output. */
const steps = parsePlan({
  name: 'steps',
  tasks: Object.fromEntries(
    Array.from({ length: STEPS }, (_, n) => [`s${n}`, { event: 'step', ...(n === 0 ? {} : { needs: [`s${n - 1}`] }) }]),
  ),
  output: `{% [${Array.from({ length: STEPS }, (_, n) => `$tasks.s${n}.output`).join(', ')}] %}`,
});
const numbers = Array.from({ length: STEPS }, (_, n) => n);

describe.skipIf(!hasRedis || !IS_NIGHT)('a gateway that delivers', () => {
  const redis = useRedis();
  beforeAll(async () => {
    silenceTemporal();
    await buildCli();
  });

  test('is killed before and after a delivery, and Temporal is killed and away for 20 s: each event arrives once, in order', async () => {
    const name = `steps-${randomUUID().slice(0, 8)}`;
    const temporal = await ownTemporal();
    const temporalProxy = await startProxy(temporal.port);
    const redisProxy = await startProxy(Number(new URL(redis.url).port));
    const directory = await makeCliDirectory();
    onTestFinished(async () => {
      await directory.remove();
      await Promise.all([redisProxy.close(), temporalProxy.close()]);
    });
    const address = `127.0.0.1:${temporal.port}`;
    const worker = await createWorker({
      ...{ agents: [], taskQueues: [name], drain: '1s' },
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
      server: { connectionOptions: { address }, namespace: 'default' },
      workflowBundle: { codePath: inject('workflowBundle') },
    });
    const working = worker.run();
    onTestFinished(async () => {
      worker.shutdown();
      await working;
    });
    const connection = await Connection.connect({ address });
    onTestFinished(() => connection.close());
    const baton = Baton.fromClient(new Client({ connection }), { taskQueue: name });
    const run = await baton.start(steps, { id: name });
    await directory.write('baton.config.yaml', {
      agents: [],
      taskQueue: name,
      server: { address: `127.0.0.1:${temporalProxy.port}` },
      brokers: [{ name: 'shop', kind: 'redis', url: `redis://127.0.0.1:${redisProxy.port}` }],
      subscriptions: [
        {
          ...{ name, from: { broker: 'shop', stream: name } },
          deliver: { run: name, event: 'step', data: '{% $number($event.data.n) %}' },
        },
      ],
    });
    const startGateway = async (): Promise<Running> => {
      const running = directory.spawn('gateway');
      await running.waitForLine('gateway ready');
      return running;
    };
    const kill = async (gateway: Running): Promise<void> => {
      gateway.signal('SIGKILL');
      await gateway.ended;
    };
    let next = 0;
    const publish = async (until: number): Promise<void> => {
      for (; next < until; next++) await redis.client.xAdd(name, '*', { n: String(next), partitionkey: 'k' });
    };
    const pending = async (): Promise<number> => (await redis.client.xPending(name, name)).pending;
    const lag = async (): Promise<number> => {
      const [group] = await redis.client.xInfoGroups(name);
      return Number(group?.pending) + Number(group?.lag);
    };

    const first = await startGateway();
    temporalProxy.hold();
    await publish(1);
    await expect.poll(pending).toBe(1);
    await kill(first);
    temporalProxy.release();
    const second = await startGateway();
    await expect.poll(lag, CLAIMED).toBe(0);

    const acknowledging = redisProxy.holdAt('XACK');
    await publish(2);
    await acknowledging;
    await kill(second);
    redisProxy.release();
    await startGateway();
    await expect.poll(lag, CLAIMED).toBe(0);

    await publish(10);
    await temporal.kill();
    await publish(20);
    await sleep(AWAY_MS);
    await publish(30);
    await temporal.start();
    await publish(STEPS);
    await expect.poll(lag, CLAIMED).toBe(0);
    expect((await run.result()).output).toEqual(numbers);
  }, 600_000);
});

interface OwnTemporal {
  readonly port: number;
  kill(this: void): Promise<void>;
  start(this: void): Promise<void>;
}

/** A server with its database in a file, to be killed and started again. */
async function ownTemporal(): Promise<OwnTemporal> {
  const directory = await mkdtemp(join(tmpdir(), 'baton-temporal-'));
  const [port, uiPort] = [await freePort(), await freePort()];
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)];
    const file = ['--db-filename', join(directory, 'temporal.db'), '--log-level', 'never'];
    const attributes = Object.values(SEARCH_ATTRIBUTES).map(({ name }) => name);
    server = spawn(
      inject('temporalBinary'),
      [
        ...args,
        ...file,
        ...dynamicConfigArgs(),
        ...attributes.flatMap((one) => ['--search-attribute', `${one}=Keyword`]),
      ],
      { stdio: 'ignore' },
    );
    const connection = Connection.lazy({ address: `127.0.0.1:${port}` });
    await expect
      .poll(
        async () =>
          await connection.healthService.check({}).then(
            () => true,
            () => false,
          ),
        CLAIMED,
      )
      .toBe(true);
    await connection.close();
  };
  const kill = async (): Promise<void> => {
    if (server === undefined) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    server = undefined;
    await ended;
  };
  await start();
  onTestFinished(async () => {
    await kill();
    await rm(directory, { recursive: true, force: true });
  });
  return { port, kill, start };
}
