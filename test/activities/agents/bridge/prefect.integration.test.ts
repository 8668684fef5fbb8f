// Deployments of a real Prefect as agents. The flows are in test/fixtures/prefect.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resultsOfPrefect } from '../../../../scripts/systems/prefect.js';
import { directoryOf } from '../../../../scripts/systems/records.js';
import { jobName } from '../../../../src/activities/agents/bridge/job-name.js';
import { openPrefect, prefectAgent } from '../../../../src/activities/agents/bridge/prefect/prefect.js';
import type { PrefectSettings } from '../../../../src/activities/agents/bridge/prefect/settings.js';
import { urlOf, withSystem } from '../../../support/systems.js';
import { startCountingProxy } from './counting-proxy.js';
import { attemptOf, newKey, outputOf, runByClock } from './one-attempt.js';
import { prefectOf, type PrefectClient } from './prefect-client.js';

/** A flow run that lasts this long is seen at work: by the time Prefect begins with it, the bridge looks every few seconds. */
const LONG_S = 6;

const url = urlOf('prefect') ?? '';
const origin = url === '' ? '' : new URL(url).origin;
const storage = { storage: resultsOfPrefect(directoryOf('prefect')) };

/** A deployment whose flow runs are threads: a process for each takes seconds of processor time. */
const settingsOf = (flow: string, more: Partial<PrefectSettings> = {}): PrefectSettings => ({
  type: flow,
  url,
  deployment: `${flow}/threads`,
  ...more,
});
/** Each flow run is a process, which Prefect can end. */
const processOf = (flow: string, more: Partial<PrefectSettings> = {}) =>
  prefectAgent(settingsOf(flow, { deployment: `${flow}/tests`, ...more }));
const agentOf = (flow: string, more: Partial<PrefectSettings> = {}) => prefectAgent(settingsOf(flow, more));
const through = (port: number) => ({ url: `http://127.0.0.1:${port}/api` });

/** On a busy machine, Prefect on SQLite answers a request with 503 now and then. A worker makes another attempt, these tests do not. */
const options = { retry: 2, timeout: 300_000 };

describe.skipIf(url === '')(withSystem('prefect', 'Prefect'), options, () => {
  let prefect: PrefectClient;
  let directory: string;
  beforeAll(async () => {
    prefect = prefectOf(url);
    directory = await mkdtemp(join(tmpdir(), 'baton-prefect-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  describe('a deployment', () => {
    test('gets the input as parameters, and the output is what it has stored', async () => {
      const attempt = attemptOf(agentOf('baton-sum', { result: storage }), { numbers: [1, 2, 4] });
      expect((await attempt.ended).output).toEqual({ total: 7 });
      const job = attempt.job()!;
      expect(job.link).toBe(`${origin}/runs/flow-run/${job.id}`);
      expect(await prefect.run(job.id)).toMatchObject({ tags: ['baton'] });
    });

    test('has an artifact as output, and null without result', async () => {
      const agent = agentOf('baton-sum', { url: origin, result: { artifact: 'baton-result' } });
      expect(await outputOf(agent, { numbers: [1, 2] })).toEqual({ total: 3 });
      expect(await outputOf(agentOf('baton-sum'), { numbers: [1, 2] })).toBeNull();
    });

    test('can have an answer of 10 MB, and one that is larger than allowed is an OutputTooLarge', async () => {
      const size = 10_000_000;
      const agent = agentOf('baton-large', { result: storage });
      expect(await outputOf(agent, { size })).toHaveLength(size);
      const failure = await attemptOf(agent, { size }, { maxOutputBytes: 1000 }).failure();
      expect(failure).toMatchObject({ type: 'OutputTooLarge' });
      expect(failure.message).toContain(`has ${size + 2} bytes; the most is 1000`);
    });

    test('whose result is not where it is looked for is an InvalidOutput that says what to correct', async () => {
      const artifact = agentOf('baton-sum', { result: { artifact: 'nothing' } });
      const missing = await attemptOf(artifact, { numbers: [] }).failure();
      expect(missing).toMatchObject({
        type: 'InvalidOutput',
        message: `Prefect at ${origin}: the flow run has completed, but has no artifact "nothing": correct result.artifact`,
      });
      const elsewhere = await attemptOf(agentOf('baton-sum', { result: { storage: directory } }), {
        numbers: [],
      }).failure();
      expect(elsewhere.message).toContain('cannot be read: correct result.storage');
      const pickled = await attemptOf(agentOf('baton-pickled', { result: storage }), {}).failure();
      expect(pickled.message).toBe(
        `Prefect at ${origin}: the result is stored as pickle: set result_serializer="json" on the flow`,
      );
    });
  });

  describe('a flow run that fails', () => {
    test('has the message of the flow, and the next attempt starts another flow run', async () => {
      const key = newKey();
      const agent = agentOf('baton-sum', { result: storage });
      const first = attemptOf(agent, { numbers: [1], fail: 'asked to fail' }, { key });
      const failure = await first.failure();
      expect(failure.type).toBe('AgentFailed');
      expect(failure.message).toContain('failed: Flow run encountered an exception: RuntimeError: asked to fail');
      const second = attemptOf(agent, { numbers: [1] }, { key, after: first });
      expect((await second.ended).output).toEqual({ total: 1 });
      expect(second.job()?.id).not.toBe(first.job()?.id);
    });

    test('because its process has crashed has the exit code', async () => {
      const failure = await attemptOf(processOf('baton-crash'), {}).failure();
      expect(failure.type).toBe('AgentFailed');
      expect(failure.message).toContain('failed: its process has crashed: Process exited with status code: 3');
    });

    test('because it was deleted there is a JobLost', async () => {
      const attempt = attemptOf(agentOf('baton-sum'), { numbers: [], seconds: 60 });
      const { id } = await attempt.untilJob({ state: 'running' });
      await prefect.remove(id);
      expect(await attempt.failure()).toMatchObject({ type: 'JobLost', detail: { details: { job: { id } } } });
    });

    test('because somebody has cancelled it there is not started again', async () => {
      const attempt = attemptOf(processOf('baton-sum'), { numbers: [], seconds: 60 });
      const { id } = await attempt.untilJob({ state: 'running' });
      await prefect.cancel(id);
      const failure = await attempt.failure();
      expect(failure.type).toBe('AgentRefused');
      expect(failure.message).toContain('was cancelled there, not by this run');
    });
  });

  describe('an attempt that follows a lost one', () => {
    test('does not start the flow run again if its start was not recorded', async () => {
      const key = newKey();
      const file = join(directory, key.replaceAll('/', '-'));
      const agent = agentOf('baton-note', { result: storage });
      const lost = attemptOf(agent, { file, text: 'ran', seconds: LONG_S }, { key });
      await lost.untilJob({ state: 'running' });
      lost.cancel('WORKER_SHUTDOWN');
      await lost.failure();
      const next = attemptOf(agent, { file, text: 'ran', seconds: LONG_S }, { key });
      expect((await next.ended).output).toBe('ran');
      expect(await readFile(file, 'utf8')).toBe('ran\n');
      expect(await prefect.runsOf(jobName(key, 1))).toHaveLength(1);
    });

    test('watches the flow run that was recorded, without a second start', async () => {
      const key = newKey();
      const agent = agentOf('baton-sum', { result: storage });
      const lost = attemptOf(agent, { numbers: [5], seconds: LONG_S }, { key });
      await lost.untilJob({ state: 'running' });
      lost.cancel('WORKER_SHUTDOWN');
      await lost.failure();
      const proxy = await startCountingProxy(url);
      const again = agentOf('baton-sum', { result: storage, url: `${proxy.url}/api` });
      expect(await outputOf(again, {}, { key, after: lost })).toEqual({ total: 5 });
      expect(proxy.requests.filter((line) => line.startsWith('POST'))).toEqual([]);
      await proxy.close();
    });
  });

  describe('a call that is cancelled', () => {
    test('while its flow run is at work ends it, and waits for that', async () => {
      const attempt = attemptOf(processOf('baton-sum'), { numbers: [], seconds: 120 });
      const { id } = await attempt.untilJob({ state: 'running' });
      attempt.cancel();
      expect(await attempt.failure()).toMatchObject({ type: 'Cancelled' });
      expect(await prefect.run(id)).toMatchObject({ state_type: 'CANCELLED' });
      expect(attempt.progress()).toMatchObject({ ended: true });
      expect(attempt.warnings).toEqual([]);
    });

    test('before the start was confirmed, or the flow run has begun, ends the flow run all the same', async () => {
      const key = newKey();
      const attempt = attemptOf(processOf('baton-sum'), { numbers: [], seconds: 120 }, { key });
      await expect.poll(() => prefect.runsOf(jobName(key, 1)), { interval: 20 }).toHaveLength(1);
      attempt.cancel();
      await attempt.failure();
      expect(await prefect.runsOf(jobName(key, 1))).toMatchObject([{ state_type: 'CANCELLED' }]);
    });

    test('after its flow run has completed does not change the state of the flow run', async () => {
      const key = newKey();
      const agent = agentOf('baton-sum');
      const first = attemptOf(agent, { numbers: [] }, { key });
      await first.ended;
      const late = attemptOf(agent, {}, { key, after: first });
      late.cancel();
      expect(await late.failure()).toMatchObject({ type: 'Cancelled' });
      expect(await prefect.run(first.job()!.id)).toMatchObject({ state_type: 'COMPLETED' });
      expect(late.warnings).toEqual([]);
    });
  });

  test('a person for whom a flow run waits is shown with its page, and the flow run continues with the answer', async () => {
    const attempt = attemptOf(processOf('baton-pause', { result: storage }), {});
    const { id, link } = await attempt.untilJob({
      state: 'waiting',
      waitsFor: 'a person to resume the flow run, which is paused',
    });
    expect(link).toBe(`${origin}/runs/flow-run/${id}`);
    await prefect.resume(id, { ok: true, note: 'seen' });
    expect((await attempt.ended).output).toEqual({ ok: true, note: 'seen' });
  });

  describe('a request that Prefect refuses', () => {
    test('an unknown deployment is not retried', async () => {
      const failure = await attemptOf(agentOf('baton-sun'), {}).failure();
      expect(failure).toMatchObject({
        type: 'AgentRefused',
        message: `Prefect at ${origin} has no deployment "baton-sun/threads": correct deployment: Deployment not found`,
      });
    });

    test('an input that does not match the parameters is not retried', async () => {
      const failure = await attemptOf(agentOf('baton-sum'), { numbers: 'many' }).failure();
      expect(failure.type).toBe('AgentRefused');
      expect(failure.message).toContain('does not accept the input as parameters of "baton-sum/threads": ');
      expect(failure.message).toContain("'many' is not of type 'array'");
    });

    test('an input that is not an object is an InvalidInput', async () => {
      const failure = await attemptOf(agentOf('baton-sum'), 3).failure();
      expect(failure).toMatchObject({
        type: 'InvalidInput',
        message: `Prefect at ${origin}: expected an object as input, for the parameters of a flow, got 3`,
      });
    });
  });

  describe('a network', () => {
    test('without Prefect is a failure that names the address, and can be retried', async () => {
      const failure = await attemptOf(agentOf('baton-sum', through(9)), {}).failure();
      expect(failure.type).toBe('Unreachable');
      expect(failure.message).toMatch(/^GET http:\/\/127.0.0.1:9\/api\/deployments\/\S+ could not be reached: /);
    });
  });

  test('a flow run of thirty minutes costs fewer than 200 requests', async () => {
    const proxy = await startCountingProxy(url);
    const key = newKey();
    let at = 0;
    const clock = {
      now: () => at,
      sleep: async (ms: number) => {
        at += ms;
        if (at >= 30 * 60_000) await prefect.complete((await prefect.runsOf(jobName(key, 1)))[0]!.id);
      },
    };
    const settings = settingsOf('baton-sum', { url: `${proxy.url}/api` });
    const open = (context: Parameters<typeof openPrefect>[1]) => openPrefect(settings, context);
    expect(await runByClock(open, { input: { numbers: [], seconds: 60 }, key, clock })).toBeNull();
    expect(at).toBeGreaterThanOrEqual(30 * 60_000);
    expect(proxy.requests.length).toBeLessThan(200);
    await proxy.close();
  });
});
