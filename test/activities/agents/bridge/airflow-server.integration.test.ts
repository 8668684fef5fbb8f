// An API server of Airflow that is killed. It shares the database with the one that all tests use, to which the tasks of DAGs talk.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { AIRFLOW_USERS, airflow as system } from '../../../../scripts/systems/airflow.js';
import { start, startProgram, stop, stopProgram } from '../../../../scripts/systems/lifecycle.js';
import { directoryOf } from '../../../../scripts/systems/records.js';
import { airflowAgent } from '../../../../src/activities/agents/bridge/airflow/airflow.js';
import { urlOf, withSystem } from '../../../support/systems.js';
import { attemptOf } from './one-attempt.js';

/** A busy machine needs a minute for each start of an API server. */
const TWO_STARTS_MS = 300_000;

test.skipIf(urlOf('airflow') === undefined)(
  withSystem('airflow', 'an API server that is killed and started again while the DAG runs does not fail the call'),
  async () => {
    vi.stubEnv('ADMIN_PASSWORD', AIRFLOW_USERS.admin);
    const directory = await mkdtemp(join(tmpdir(), 'baton-airflow-'));
    let own = await start({ ...system, prepare: apiServerOfShared }, directory);
    onTestFinished(async () => {
      vi.unstubAllEnvs();
      await stop(own, 'SIGKILL');
      await rm(directory, { recursive: true, force: true });
    });
    const auth = { username: 'admin', password: { env: 'ADMIN_PASSWORD' } };
    const agent = airflowAgent({ type: 'sum', url: own.url, dag: 'baton_sum', auth, result: 'work' });
    const attempt = attemptOf(agent, { numbers: [1, 1], seconds: 10 }, { timeoutMs: TWO_STARTS_MS });
    await attempt.untilJob({ state: 'running', progress: { tasks: ['work running'] } });
    await stopProgram(own, 'api-server', 'SIGKILL');
    own = await startProgram(own, 'api-server');
    expect((await attempt.ended).output).toEqual({ total: 2 });
  },
  TWO_STARTS_MS,
);

async function apiServerOfShared(_directory: string, ports: readonly number[]) {
  const programs = await system.prepare(directoryOf('airflow'), ports);
  return programs.filter(({ name }) => name === 'api-server');
}
