// Tasks of Celery as agents: with Redis as broker and backend, and with RabbitMQ and the backend rpc. test/fixtures/celery has the tasks.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { celeryAgent } from '../../../../src/activities/agents/bridge/celery/celery.js';
import { jobName } from '../../../../src/activities/agents/bridge/job-name.js';
import { uniqueName } from '../../../support/brokers.js';
import { ownSystem, urlOf, withSystem, type OwnSystem } from '../../../support/systems.js';
import { callBridge } from './call-bridge.js';
import { linesOf } from './notes.js';

const WAYS = [
  { system: 'celery', variable: 'CELERY_URL', backend: { env: 'CELERY_URL' } },
  { system: 'celery-rabbitmq', variable: 'CELERY_AMQP', backend: 'rpc' },
] as const;

let directory: string;
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'baton-celery-'))));
afterAll(() => rm(directory, { recursive: true, force: true }));

// Most of the time they wait for Celery, so they run at the same time.
describe.concurrent.each(WAYS)('$system', ({ system, variable, backend }) => {
  describe.skipIf(urlOf(system) === undefined)(withSystem(system, 'a task of Celery'), () => {
    beforeAll(() => void (process.env[variable] = urlOf(system)));

    const agentOf = (task: string, more: object = {}) =>
      celeryAgent({ type: task, task: `baton.${task}`, broker: { env: variable }, backend, ...more });

    test('gets an object as keyword arguments, or args and kwargs, and its result is the output', async () => {
      const named = callBridge(agentOf('add'), { key: uniqueName('run/add'), input: { a: 2, b: 3 } });
      expect((await named.ended).output).toBe(5);
      const key = uniqueName('run/echo');
      const listed = callBridge(agentOf('echo'), { key, input: { args: [1, 'ä'], kwargs: { deep: { x: [null] } } } });
      expect((await listed.ended).output).toMatchObject({
        args: [1, 'ä'],
        kwargs: { deep: { x: [null] } },
        id: jobName(key, 1),
      });
    });

    test('that is neither is refused', async () => {
      for (const input of [7, ['a'], { args: 1 }]) {
        expect(await callBridge(agentOf('add'), { key: uniqueName('run/bad'), input }).failure()).toMatchObject({
          type: 'InvalidInput',
          message: expect.stringMatching(/^input: expected .*, got /) as string,
        });
      }
    });

    test('that fails gives its exception and traceback, and the next attempt sends another task', async () => {
      const key = uniqueName('run/fail');
      const first = callBridge(agentOf('fail'), { key, input: { message: 'no rows' } });
      const failure = await first.failure();
      expect(failure).toMatchObject({ type: 'AgentFailed', nonRetryable: false });
      expect(failure.message).toMatch(/failed: ValueError: no rows$/);
      expect(JSON.stringify(failure.detail.details)).toMatch(/Traceback.*tasks\.py/);
      const second = callBridge(agentOf('echo'), { key, after: first });
      expect((await second.ended).output).toMatchObject({ id: jobName(key, 2) });
    });

    test('shows its progress', async () => {
      const one = callBridge(agentOf('progress'), {
        key: uniqueName('run/progress'),
        input: { steps: 4, seconds: 0.3 },
      });
      expect((await one.ended).output).toEqual({ steps: 4 });
      const shown = JSON.stringify(one.heartbeats);
      expect(shown).toContain('"progress":{"step":2,"of":4}');
    });

    test('that reports thousands of states as fast as it can is followed to its end', async () => {
      const one = callBridge(agentOf('progress'), {
        key: uniqueName('run/flood'),
        input: { steps: 5_000, seconds: 0 },
      });
      expect((await one.ended).output).toEqual({ steps: 5_000 });
      expect(one.heartbeats.length).toBeLessThan(1_000);
    });

    test('whose worker of Baton died before the start was recorded runs once, and its result is found', async () => {
      const key = uniqueName('run/note');
      const input = { file: join(directory, uniqueName('note')), text: 'once', seconds: 2 };
      const first = callBridge(agentOf('note'), { key, input });
      await first.until('running');
      first.cancel('WORKER_SHUTDOWN');
      expect((await first.failure()).type).toBe('Interrupted');
      const second = callBridge(agentOf('note'), { key, input });
      expect((await second.ended).output).toMatchObject({ text: 'once' });
      expect(await linesOf(input.file)).toEqual(['once']);
    });

    test('that ended while no worker of Baton watched is collected by the next attempt', async ({ expect }) => {
      const key = uniqueName('run/unwatched');
      const input = { file: join(directory, uniqueName('note')), text: 'alone', seconds: 1 };
      const first = callBridge(agentOf('note'), { key, input });
      await first.until('running');
      first.cancel('WORKER_SHUTDOWN');
      await first.failure();
      await expect.poll(() => linesOf(`${input.file}.done`), { timeout: 10_000 }).toEqual(['alone']);
      expect((await callBridge(agentOf('note'), { key, input, after: first }).ended).output).toMatchObject({
        text: 'alone',
      });
      expect(await linesOf(input.file)).toEqual(['alone']);
    });

    test('is revoked when the call is cancelled, and does not finish', async () => {
      const input = { file: join(directory, uniqueName('note')), text: 'cut short', seconds: 60 };
      const one = callBridge(agentOf('note'), { key: uniqueName('run/cancel'), input });
      await one.until('running');
      one.cancel();
      expect((await one.failure()).type).toBe('Cancelled');
      expect(JSON.stringify(one.heartbeats.at(-1))).toContain('"ended":true');
      expect(await linesOf(`${input.file}.done`)).toEqual([]);
    });

    test('with a result of 1 MB is read, and one that is too large is refused', async () => {
      const size = 1_000_000;
      const one = callBridge(agentOf('large'), { key: uniqueName('run/large'), input: { size } });
      expect((await one.ended).output).toBe('x'.repeat(size));
      const failure = await callBridge(agentOf('large'), {
        key: uniqueName('run/huge'),
        input: { size: 10_000_000 },
      }).failure();
      expect(failure).toMatchObject({ type: 'OutputTooLarge', nonRetryable: true });
    });
  });
});

describe.skipIf(urlOf('celery') === undefined)(withSystem('celery', 'Celery with a Redis of its own'), () => {
  let own: OwnSystem;
  beforeAll(async () => {
    own = await ownSystem('celery');
    process.env['CELERY_OWN'] = own.url;
  });
  afterAll(() => own.remove());

  const agentOf = (task: string) =>
    celeryAgent({ type: task, task: `baton.${task}`, broker: { env: 'CELERY_OWN' }, backend: { env: 'CELERY_OWN' } });

  test('a task that waits in its queue is taken out of it when the call is cancelled', async () => {
    await own.stopProgram('worker', 'SIGKILL');
    const input = { file: join(directory, uniqueName('note')), text: 'never' };
    const one = callBridge(agentOf('note'), { key: uniqueName('run/queued'), input });
    await one.until('queued');
    one.cancel();
    expect((await one.failure()).type).toBe('Cancelled');
    await own.startProgram('worker');
    await callBridge(agentOf('add'), { key: uniqueName('run/after'), input: { a: 1, b: 1 } }).ended;
    expect(await linesOf(input.file)).toEqual([]);
  });

  test('a task is collected after a restart of Redis', async () => {
    const one = callBridge(agentOf('sleep'), { key: uniqueName('run/restart'), input: { seconds: 3 } });
    await one.until('running');
    await own.stopProgram('broker');
    await own.startProgram('broker');
    expect((await one.ended).output).toEqual({ slept: 3 });
  });

  test('a task that Redis has lost is not started again, and its outcome is open', async () => {
    await own.stopProgram('worker', 'SIGKILL');
    const one = callBridge(agentOf('add'), { key: uniqueName('run/lost'), input: { a: 1, b: 1 } });
    await one.until('queued');
    const client = createClient({ url: own.url });
    await client.connect();
    await client.flushAll();
    client.destroy();
    expect(await one.failure()).toMatchObject({ type: 'JobLost', nonRetryable: true });
  });
});

describe.skipIf(urlOf('celery-rabbitmq') === undefined)(
  withSystem('celery-rabbitmq', 'Celery with a RabbitMQ of its own'),
  () => {
    let own: OwnSystem;
    beforeAll(async () => {
      own = await ownSystem('celery-rabbitmq');
      process.env['CELERY_OWN_AMQP'] = own.url;
    });
    afterAll(() => own.remove());

    test('a task whose worker of Celery is killed is run again by Celery, and the call waits for that', async () => {
      const agent = celeryAgent({
        type: 'note',
        task: 'baton.note',
        broker: { env: 'CELERY_OWN_AMQP' },
        backend: 'rpc',
      });
      const input = { file: join(directory, uniqueName('note')), text: 'again', seconds: 2 };
      const one = callBridge(agent, { key: uniqueName('run/killed'), input });
      await one.until('running');
      await own.stopProgram('worker', 'SIGKILL');
      await own.startProgram('worker');
      expect((await one.ended).output).toMatchObject({ text: 'again' });
      expect(await linesOf(`${input.file}.done`)).toEqual(['again']);
    });
  },
);

test('a broker that is not there is named, and the call is retried', async () => {
  const agent = celeryAgent({
    type: 'x',
    task: 't',
    broker: 'redis://127.0.0.1:1/0',
    backend: 'redis://127.0.0.1:1/0',
  });
  const failure = await callBridge(agent, { key: uniqueName('run/nowhere') }).failure();
  expect(failure).toMatchObject({ type: 'Unreachable', nonRetryable: false });
  expect(failure.message).toMatch(/redis:\/\/127\.0\.0\.1:1\/0 could not be reached: .*ECONNREFUSED/);
});

test.each([
  [
    { broker: 'redis://127.0.0.1:1', backend: 'rpc' },
    /backend: expected the URL of a Redis, because "rpc" needs RabbitMQ/,
  ],
  [
    { broker: 'redis://:secret@127.0.0.1:1', backend: 'redis://127.0.0.1:1' },
    /broker: expected .*URL without a password/,
  ],
  [{ broker: 'kafka://127.0.0.1:1', backend: 'redis://127.0.0.1:1' }, /broker: expected/],
  [{ broker: 'shop', backend: 'amqp://127.0.0.1:1' }, /backend: expected "rpc", a URL/],
])('settings that cannot work are refused when the agent is defined: %j', (settings, message) => {
  expect(() => celeryAgent({ type: 'x', task: 't', ...settings })).toThrow(message);
  expect(() => celeryAgent({ type: 'x', task: 't', ...settings })).not.toThrow(/secret@/);
});
