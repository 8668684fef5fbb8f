// What Celery, Redis and RabbitMQ refuse, lose or hold back, and calls that are cancelled before and after the task ran.
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { start, stop } from '../../../../scripts/systems/lifecycle.js';
import { rabbitmq } from '../../../../scripts/systems/rabbitmq.js';
import { celeryAgent } from '../../../../src/activities/agents/bridge/celery/celery.js';
import { openRedisBackend } from '../../../../src/activities/agents/bridge/celery/redis-backend.js';
import { uniqueName } from '../../../support/brokers.js';
import { ownSystem, urlOf, withSystem } from '../../../support/systems.js';
import { linesOf, variableWith } from './notes.js';
import { attemptOf, newKey } from './one-attempt.js';

let directory: string;
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'baton-celery-'))));
afterAll(() => rm(directory, { recursive: true, force: true }));

const aNote = (seconds: number) => ({ file: join(directory, uniqueName('note')), text: 'ran', seconds });

function agentAt(url: string, task = 'note', more: object = {}) {
  const there = variableWith(url);
  const backend = url.startsWith('amqp') ? 'rpc' : there;
  return celeryAgent({ type: task, task: `baton.${task}`, broker: there, backend, ...more });
}

const WAYS = [
  { system: 'celery', refusal: /refused the request: WRONGPASS/ },
  { system: 'celery-rabbitmq', refusal: /refused the request: .*403 \(ACCESS-REFUSED\)/ },
];

describe.each(WAYS)('$system', ({ system, refusal }) => {
  const url = urlOf(system)!;

  describe.skipIf(urlOf(system) === undefined)(withSystem(system, 'a task of Celery'), () => {
    test('for which the broker does not accept the credentials is refused, and not retried', async () => {
      const wrong = new URL(url);
      Object.assign(wrong, { username: 'nobody', password: 'wrong-password' });
      const failure = await attemptOf(agentAt(wrong.href), aNote(0)).failure();
      expect(failure).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
      expect(failure.message).toMatch(refusal);
      expect(failure.message).not.toContain('wrong-password');
    });

    test('that no worker has registered is refused, and not retried', async () => {
      const failure = await attemptOf(agentAt(url, 'nope'), {}).failure();
      expect(failure).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
      expect(failure.message).toMatch(
        /failed: NotRegistered: baton\.nope; no worker of Celery with this queue has the task: correct task or queue$/,
      );
    });

    test('that is cancelled as soon as it is sent does not finish', async () => {
      const note = aNote(60);
      const attempt = attemptOf(agentAt(url), note);
      await attempt.untilJob({ id: expect.any(String) as string });
      attempt.cancel();
      expect(await attempt.failure()).toMatchObject({ type: 'Cancelled' });
      expect(attempt.progress()).toMatchObject({ ended: true });
      expect(await linesOf(`${note.file}.done`)).toEqual([]);
    });

    test('that has ended before the call is cancelled is not run again', async () => {
      const [key, note] = [newKey(), aNote(0)];
      const first = attemptOf(agentAt(url), note, { key });
      await first.ended;
      const late = attemptOf(agentAt(url), note, { key, after: first });
      late.cancel();
      expect(await late.failure()).toMatchObject({ type: 'Cancelled' });
      expect(late.warnings).toEqual([]);
      await attemptOf(agentAt(url, 'add'), { a: 1, b: 1 }).ended;
      expect(await linesOf(note.file)).toEqual(['ran']);
    });

    test('can have an answer of 10 MB', async () => {
      const size = 10_000_000;
      const { output } = await attemptOf(agentAt(url, 'large'), { size }).ended;
      expect(output).toHaveLength(size);
    });
  });
});

test.skipIf(urlOf('redis') === undefined)(
  withSystem(
    'redis',
    'a look at a result in Redis that does not change costs one request, so thirty minutes cost about 90',
  ),
  async () => {
    const redis = await ownSystem('redis');
    onTestFinished(() => redis.remove());
    const backend = await openRedisBackend(new URL(redis.url), 1000);
    onTestFinished(() => backend.close());
    const { signal } = new AbortController();
    await backend.look('a', { signal, waitMs: 100 });
    const client = createClient({ url: redis.url });
    await client.connect();
    onTestFinished(() => client.destroy());
    await client.configResetStat();
    for (let look = 0; look < 3; look++) await backend.look('a', { signal, waitMs: 100 });
    expect(await client.info('commandstats')).toMatch(/cmdstat_getrange:calls=3,/);
    // What is published is seen while the look waits.
    const look = backend.look('a', { signal, waitMs: 60_000 });
    await client.set('celery-task-meta-a', JSON.stringify({ status: 'SUCCESS', result: 7 }));
    await client.publish('celery-task-meta-a', '');
    expect(await look).toEqual({ state: 'succeeded', output: 7 });
  },
);

describe.skipIf(urlOf('celery-rabbitmq') === undefined)(withSystem('celery-rabbitmq', 'RabbitMQ'), () => {
  // Both wait most of the time.
  test.concurrent(
    'a task is collected after RabbitMQ and the worker of Celery were killed and started again',
    async ({ onTestFinished }) => {
      const own = await ownSystem('celery-rabbitmq');
      onTestFinished(() => own.remove());
      const note = aNote(3);
      const attempt = attemptOf(agentAt(own.url), note);
      await attempt.until('running');
      await own.stop('SIGKILL');
      await own.start();
      expect((await attempt.ended).output).toMatchObject({ text: 'ran' });
      // Celery delivers a task again whose worker was killed.
      expect(await linesOf(`${note.file}.done`)).toEqual(['ran']);
    },
  );

  test.concurrent(
    'a broker that accepts nothing because it has no memory left is not waited for without end',
    async ({ onTestFinished }) => {
      const at = await mkdtemp(join(tmpdir(), 'baton-full-'));
      const prepare: typeof rabbitmq.prepare = async (place, ports) => {
        const programs = await rabbitmq.prepare(place, ports);
        await appendFile(join(place, 'rabbitmq.conf'), 'vm_memory_high_watermark.absolute = 1MB\n');
        return programs;
      };
      const full = await start({ ...rabbitmq, prepare }, at);
      onTestFinished(async () => {
        await stop(full, 'SIGKILL');
        await rm(at, { recursive: true, force: true });
      });
      const connection = await connect(full.url);
      const channel = await connection.createChannel();
      await channel.assertQueue('celery');
      await connection.close();
      const failure = await attemptOf(agentAt(full.url), aNote(0)).failure();
      expect(failure).toMatchObject({ type: 'NoAnswer', nonRetryable: false });
      expect(failure.message).toMatch(/^Celery on amqp:\S+ did not accept the job \S+ within 30 s$/);
    },
  );
});
