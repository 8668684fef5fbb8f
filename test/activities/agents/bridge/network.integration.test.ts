// What the network does to the call of a bridge, the same for all systems: it is cut, it is silent, or the system is too busy to answer.
// Each system is reached through a proxy. The tests wait for time-outs most of the time, so they run at the same time.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uniqueName } from '../../../support/brokers.js';
import { urlOf, withSystem } from '../../../support/systems.js';
import { startProxy } from '../../../support/tcp-proxy.js';
import { startCountingProxy } from './counting-proxy.js';
import { atPort, linesOf, NOTING_SYSTEMS } from './notes.js';
import { attemptOf, newKey } from './one-attempt.js';

/** A job that lasts this long has not ended by the time the network is cut. */
const SECONDS = 4;

let directory: string;
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'baton-network-'))));
afterAll(() => rm(directory, { recursive: true, force: true }));

const aNote = () => ({ file: join(directory, uniqueName('note')), text: 'ran', seconds: SECONDS });

/** State machines write nothing. */
const isWritten = (name: string): boolean => name !== 'step-functions' && name !== 'localstack';

/**
 * On a busy machine, Prefect on SQLite answers a request with 503 now and then. A worker makes another attempt, these tests do not. So those of
 * Prefect run one after the other.
 */
const optionsOf = (name: string) => (name === 'prefect' ? { retry: 2, sequential: true } : {});

describe.concurrent.each(NOTING_SYSTEMS)('$name', ({ name, isHttp, agentAt }) => {
  const url = urlOf(name)!;

  describe.skipIf(urlOf(name) === undefined)(withSystem(name, 'a network'), optionsOf(name), () => {
    test('that is cut for ten seconds does not fail the call, and the job runs once', async ({ onTestFinished }) => {
      const proxy = await startProxy(Number(new URL(url).port));
      onTestFinished(() => proxy.close());
      const note = aNote();
      const attempt = attemptOf(await agentAt(atPort(url, proxy.port)), note);
      await attempt.untilJob({ id: expect.any(String) as string });
      proxy.cut();
      await pause(10_000);
      proxy.mend();
      await attempt.ended;
      if (isWritten(name)) expect(await linesOf(note.file)).toEqual(['ran']);
    });

    test('on which the system gives no answer fails the attempt, and the next one starts the job, once', async ({
      onTestFinished,
    }) => {
      const proxy = await startProxy(Number(new URL(url).port));
      onTestFinished(() => proxy.close());
      const [key, note] = [newKey(), aNote()];
      const agent = await agentAt(atPort(url, proxy.port));
      proxy.hold();
      const first = attemptOf(agent, note, { key });
      const failure = await first.failure();
      expect(failure).toMatchObject({ nonRetryable: false });
      expect(failure.type).toMatch(/^(NoAnswer|Unreachable)$/);
      expect(failure.message).toContain(`127.0.0.1:${proxy.port}`);
      proxy.release();
      await attemptOf(agent, note, { key }).ended;
      if (isWritten(name)) expect(await linesOf(note.file)).toEqual(['ran']);
    });

    test.skipIf(!isHttp)(
      'on which the system answers 503 fails no job that has been started; a start can be retried',
      async ({ onTestFinished }) => {
        const proxy = await startCountingProxy(url);
        onTestFinished(() => proxy.close());
        const note = aNote();
        const agent = await agentAt(atPort(url, Number(new URL(proxy.url).port)));
        const attempt = attemptOf(agent, note);
        await attempt.untilJob({ id: expect.any(String) as string });
        proxy.refuse(3, 503);
        await attempt.ended;
        if (isWritten(name)) expect(await linesOf(note.file)).toEqual(['ran']);
        // The client of AWS repeats a request once by itself.
        proxy.refuse(2, 503);
        expect(await attemptOf(agent, note).failure()).toMatchObject({ type: 'Overloaded', nonRetryable: false });
      },
    );
  });
});
