// DAGs of a real Airflow as agents. The DAGs are in test/fixtures/airflow.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AIRFLOW_USERS } from '../../../../scripts/systems/airflow.js';
import {
  airflowAgent,
  openAirflow,
  type AirflowSettings,
} from '../../../../src/activities/agents/bridge/airflow/airflow.js';
import { jobName } from '../../../../src/activities/agents/bridge/job-name.js';
import { commandOf } from '../../../../src/system/process-identity.js';
import { urlOf, withSystem } from '../../../support/systems.js';
import { startProxy } from '../../../support/tcp-proxy.js';
import { airflowOf, type Airflow } from './airflow-client.js';
import { startCountingProxy } from './counting-proxy.js';
import { attemptOf, newKey, outputOf, runByClock } from './one-attempt.js';

const url = urlOf('airflow') ?? '';

const settingsOf = (dag: string, more: Partial<AirflowSettings> = {}): AirflowSettings => ({
  type: dag,
  url,
  dag,
  auth: { username: 'admin', password: { env: 'ADMIN_PASSWORD' } },
  ...more,
});
const agentOf = (dag: string, more: Partial<AirflowSettings> = {}) => airflowAgent(settingsOf(dag, more));

/** Two or three tests at a time, which wait for Airflow most of the time. Five keep a busy machine from starting any within a minute. */
const atSameTime = { concurrent: true };

describe.skipIf(url === '')(withSystem('airflow', 'Airflow'), () => {
  let airflow: Airflow;
  let directory: string;
  beforeAll(async () => {
    airflow = airflowOf(url);
    vi.stubEnv('ADMIN_PASSWORD', AIRFLOW_USERS.admin);
    vi.stubEnv('VIEWER_PASSWORD', AIRFLOW_USERS.viewer);
    vi.stubEnv('WRONG', 'x.y.z');
    directory = await mkdtemp(join(tmpdir(), 'baton-airflow-'));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await rm(directory, { recursive: true, force: true });
  });

  describe('a DAG', () => {
    test('gets the input as conf, and the output is what the task has returned', async () => {
      const agent = agentOf('baton_sum', { result: 'report' });
      const attempt = attemptOf(agent, { numbers: [1, 2, 4] });
      expect((await attempt.ended).output).toEqual({ total: 7, conf: { numbers: [1, 2, 4] } });
      const job = attempt.job()!;
      expect(job.link).toBe(`${url}/dags/baton_sum/runs/${job.id}`);
      expect(await airflow.run('baton_sum', job.id)).toMatchObject({
        note: 'Started by task a of run run-1 of Baton.',
      });
    });

    test('has the output that a task has pushed under a key', async () => {
      const agent = agentOf('baton_sum', { result: 'report.text' });
      expect(await outputOf(agent, { numbers: [2, 3] })).toBe('The total is 5.');
    });

    test('has a list as output if the task is mapped, and null without result', async () => {
      expect(await outputOf(agentOf('baton_mapped', { result: 'group.double.return_value' }), {})).toEqual([2, 4, 6]);
      expect(await outputOf(agentOf('baton_mapped'), null)).toBeNull();
    });

    test('whose result names a task or a key that is not there is an InvalidOutput', async () => {
      const task = await attemptOf(agentOf('baton_sum', { result: 'repot' }), {}).failure();
      expect(task).toMatchObject({ type: 'InvalidOutput' });
      expect(task.message).toBe(
        `Airflow at ${url}: the DAG run has succeeded, but its DAG has no task "repot": correct result, which is "repot"`,
      );
      const key = await attemptOf(agentOf('baton_sum', { result: 'report.txt' }), {}).failure();
      expect(key.message).toContain('its task "report" has pushed nothing with the key "txt"');
    });

    test('can have an answer of 10 MB', async () => {
      const size = 10_000_000;
      const answer = await outputOf(agentOf('baton_large', { result: 'answer' }), { size });
      expect(answer).toHaveLength(size);
    });
  });

  describe('a DAG run that fails', atSameTime, () => {
    test('names the task and its error, and the next attempt starts another DAG run', async () => {
      const key = newKey();
      const agent = agentOf('baton_sum', { result: 'work' });
      const first = attemptOf(agent, { fail: 'asked to fail' }, { key });
      const failure = await first.failure();
      expect(failure).toMatchObject({ type: 'AgentFailed', detail: { details: { details: { tasks: ['work'] } } } });
      expect(failure.message).toContain(
        `Airflow at ${url}: job ${jobName(key, 1)} failed: task work: RuntimeError: asked to fail`,
      );
      const second = attemptOf(agent, { numbers: [1] }, { key, after: first });
      expect((await second.ended).output).toEqual({ total: 1 });
      expect(second.job()?.id).toBe(jobName(key, 2));
    });

    test('and was deleted there is a JobLost', async () => {
      const proxy = await startProxy(Number(new URL(url).port));
      const attempt = attemptOf(agentOf('baton_sum', { url: `http://127.0.0.1:${proxy.port}` }), { seconds: 60 });
      const { id } = await attempt.untilJob({ state: 'running' });
      proxy.cut();
      await airflow.finish('baton_sum', id);
      await airflow.remove('baton_sum', id);
      proxy.mend();
      expect(await attempt.failure()).toMatchObject({ type: 'JobLost', detail: { details: { job: { id } } } });
      await proxy.close();
    });
  });

  describe('an attempt that follows a lost one', atSameTime, () => {
    test('does not start the DAG run again if its start was not recorded', async () => {
      const key = newKey();
      const file = join(directory, key.replaceAll('/', '-'));
      const agent = agentOf('baton_note', { result: 'note' });
      const lost = attemptOf(agent, { file, text: 'ran', seconds: 5 }, { key });
      await lost.untilJob({ state: 'running' });
      lost.cancel('WORKER_SHUTDOWN');
      await lost.failure();
      const next = attemptOf(agent, { file, text: 'ran', seconds: 5 }, { key });
      expect((await next.ended).output).toBe('ran');
      expect(await readFile(file, 'utf8')).toBe('ran\n');
      expect(next.job()?.id).toBe(lost.job()?.id);
    });

    test('watches the DAG run that was recorded, without a second start', async () => {
      const key = newKey();
      const agent = agentOf('baton_sum', { result: 'work' });
      const lost = attemptOf(agent, { numbers: [5], seconds: 3 }, { key });
      await lost.untilJob({ state: 'running' });
      lost.cancel('WORKER_SHUTDOWN');
      await lost.failure();
      const proxy = await startCountingProxy(url);
      const again = agentOf('baton_sum', { result: 'work', url: proxy.url });
      expect(await outputOf(again, {}, { key, after: lost })).toEqual({ total: 5 });
      expect(proxy.requests.filter((line) => line.includes('dagRuns') && line.startsWith('POST'))).toEqual([]);
      await proxy.close();
    });
  });

  describe('a call that is cancelled', atSameTime, () => {
    test('while its DAG run is at work ends it, and waits for that', async () => {
      const attempt = attemptOf(agentOf('baton_sum'), { seconds: 120 });
      const { id } = await attempt.untilJob({ state: 'running', progress: { tasks: ['work running'] } });
      const pid = await airflow.pidOf('baton_sum', id, 'work');
      expect(await commandOf(pid)).toBeDefined();
      attempt.cancel();
      expect(await attempt.failure()).toMatchObject({ type: 'Cancelled' });
      expect(await commandOf(pid)).toBeUndefined();
      expect(await airflow.run('baton_sum', id)).toMatchObject({ state: 'failed' });
      expect(attempt.progress()).toMatchObject({ ended: true });
      expect(attempt.warnings).toEqual([]);
    });

    test('before the start was confirmed ends the DAG run all the same', async ({ expect }) => {
      const key = newKey();
      const proxy = await startProxy(Number(new URL(url).port));
      const agent = agentOf('baton_sum', { url: `http://127.0.0.1:${proxy.port}` });
      // The answer to the start is lost: the connection is cut while Airflow answers.
      const attempt = attemptOf(agent, { seconds: 120 }, { key });
      await expect.poll(() => airflow.find('baton_sum', jobName(key, 1)), { interval: 20 }).toBeDefined();
      attempt.cancel();
      await attempt.failure();
      expect(await airflow.run('baton_sum', jobName(key, 1))).toMatchObject({ state: 'failed' });
      await proxy.close();
    });

    test('after its DAG run has succeeded does not change the state of the DAG run', async () => {
      const key = newKey();
      const agent = agentOf('baton_sum', { result: 'work' });
      const first = attemptOf(agent, { numbers: [1] }, { key });
      await first.ended;
      const { id } = first.job()!;
      const late = attemptOf(agent, {}, { key, after: first });
      late.cancel();
      expect(await late.failure()).toMatchObject({ type: 'Cancelled' });
      expect(await airflow.run('baton_sum', id)).toMatchObject({ state: 'success' });
    });
  });

  describe('a person', atSameTime, () => {
    test('for whom a task waits is shown with the page to answer on, and the DAG run continues with the answer', async () => {
      const attempt = attemptOf(agentOf('baton_approval', { result: 'deploy' }), {});
      const { id } = await attempt.untilJob({ id: expect.any(String) as string });
      await attempt.untilJob({
        state: 'waiting',
        waitsFor: 'an answer to the task approve',
        link: `${url}/dags/baton_approval/runs/${id}/tasks/approve/required_actions`,
      });
      await airflow.approve('baton_approval', id, 'approve');
      expect((await attempt.ended).output).toBe('deployed');
    });

    test('who must unpause the DAG is shown what to do, and the DAG run begins then', async () => {
      const attempt = attemptOf(agentOf('baton_paused', { result: 'work' }), {});
      await attempt.untilJob({
        state: 'waiting',
        waitsFor: 'the DAG baton_paused is paused: unpause it',
        link: `${url}/dags/baton_paused`,
      });
      await airflow.setPaused('baton_paused', false);
      expect((await attempt.ended).output).toBe('ran');
      await airflow.setPaused('baton_paused', true);
    });
  });

  describe('a request that Airflow refuses', () => {
    const refusals: readonly [string, Partial<AirflowSettings>, string][] = [
      [
        'a wrong password',
        { auth: { username: 'admin', password: { env: 'WRONG' } } },
        'does not know the user "admin" with this password: correct auth',
      ],
      ['a wrong token', { auth: { token: { env: 'WRONG' } } }, 'does not accept the token: correct auth'],
      [
        'a user without permission',
        { auth: { username: 'viewer', password: { env: 'VIEWER_PASSWORD' } } },
        'does not allow this user to start runs of the DAG "baton_sum"',
      ],
      [
        'an unknown DAG',
        { dag: 'baton_sun' },
        'has no DAG "baton_sun": correct dag, or look for errors of its import there',
      ],
    ];
    test.each(refusals)('%s is not retried', async (_, more, message) => {
      const failure = await attemptOf(agentOf('baton_sum', more), {}).failure();
      expect(failure).toMatchObject({
        nonRetryable: true,
        type: 'AgentRefused',
        message: `Airflow at ${url} ${message}`,
      });
    });

    test('an input that does not match the params of the DAG is not retried', async () => {
      const failure = await attemptOf(agentOf('baton_params'), { count: 'many' }).failure();
      expect(failure.type).toBe('AgentRefused');
      expect(failure.message).toContain('does not accept the input as conf of the DAG "baton_params"');
      expect(failure.message).toContain('many');
    });

    test('an input that is not an object is an InvalidInput, and nothing is sent', async () => {
      const failure = await attemptOf(agentOf('baton_sum'), [1]).failure();
      expect(failure).toMatchObject({
        type: 'InvalidInput',
        message: `Airflow at ${url}: expected an object as input, for the conf of a DAG run, got [1]`,
      });
    });
  });

  describe('a network', () => {
    test('without Airflow is a failure that names the address, and can be retried', async () => {
      const failure = await attemptOf(agentOf('baton_sum', { url: 'http://127.0.0.1:9' }), {}).failure();
      expect(failure.type).toBe('Unreachable');
      expect(failure.message).toMatch(/^POST http:\/\/127.0.0.1:9\/auth\/token could not be reached: /);
    });
  });

  test('a DAG run that lasts longer than the token is watched with another token', async () => {
    const proxy = await startCountingProxy(url);
    const agent = agentOf('baton_sum', { url: proxy.url, result: 'work' });
    expect(await outputOf(agent, { numbers: [3], seconds: 14 })).toEqual({ total: 3 });
    const logins = proxy.requests.filter((line) => line === 'POST /auth/token').length;
    expect(logins).toBeGreaterThan(1);
    // The first answer of 401 is followed by a token, not by another 401.
    expect(logins).toBeLessThan(5);
    await proxy.close();
  });

  test('a DAG run of thirty minutes costs fewer than 200 requests', async () => {
    const proxy = await startCountingProxy(url);
    const key = newKey();
    let at = 0;
    const clock = {
      now: () => at,
      sleep: async (ms: number) => {
        at += ms;
        if (at >= 30 * 60_000) await airflow.finish('baton_sum', jobName(key, 1));
      },
    };
    const settings = settingsOf('baton_sum', { url: proxy.url });
    const open = (context: Parameters<typeof openAirflow>[1]) => openAirflow(settings, context);
    expect(await runByClock(open, { input: { seconds: 300 }, key, clock })).toBeNull();
    expect(at).toBeGreaterThanOrEqual(30 * 60_000);
    expect(proxy.requests.length).toBeLessThan(200);
    await proxy.close();
  });
});
