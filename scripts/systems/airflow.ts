// Airflow on SQLite with the DAGs of test/fixtures/airflow and examples/airflow. Its programs are started one by one, as `airflow
// standalone` does, so that tests may end one of them.
import { existsSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { jsonAt } from './http-answer.js';
import { pythonEnvironment } from './python-environment.js';
import type { Program, System } from './system.js';

const pathOf = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** Each folder of DAGs is a bundle of Airflow. */
const BUNDLES = { tests: pathOf('test/fixtures/airflow'), example: pathOf('examples/airflow/dags') };
const dagBundles = Object.entries(BUNDLES).map(([name, path]) => ({
  name,
  classpath: 'airflow.dag_processing.bundles.local.LocalDagBundle',
  kwargs: { path },
}));
const python = pythonEnvironment('airflow');

/** The first may do everything, the second may only read. */
export const AIRFLOW_USERS = { admin: 'admin-pw', viewer: 'viewer-pw' } as const;

async function settings(directory: string, port: number): Promise<Record<string, string>> {
  return {
    AIRFLOW_HOME: directory,
    PATH: await python.path(),
    PYTHONDONTWRITEBYTECODE: '1',
    // DAGs may start runs of Baton.
    PYTHONPATH: pathOf('clients/python/src'),
    AIRFLOW__CORE__DAGS_FOLDER: BUNDLES.tests,
    AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST: JSON.stringify(dagBundles),
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION: 'False',
    AIRFLOW__CORE__EXECUTOR: 'LocalExecutor',
    AIRFLOW__CORE__PARALLELISM: '4',
    AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `http://127.0.0.1:${port}/execution/`,
    AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS: 'admin:admin,viewer:viewer',
    AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE: join(directory, 'passwords.json'),
    AIRFLOW__API__HOST: '127.0.0.1',
    AIRFLOW__API__PORT: String(port),
    AIRFLOW__API__WORKERS: '1',
    AIRFLOW__API__BASE_URL: `http://127.0.0.1:${port}`,
    // The programs must agree on them.
    AIRFLOW__API__SECRET_KEY: 'secret-of-the-tests',
    AIRFLOW__API_AUTH__JWT_SECRET: 'secret-of-the-tests-which-is-long-enough-for-a-signature-of-512-bits',
    // Short, so that tests see tokens expire.
    AIRFLOW__API_AUTH__JWT_EXPIRATION_TIME: '10',
    AIRFLOW__API_AUTH__JWT_LEEWAY: '0',
    // The files of DAGs do not change. Every five seconds took a fifth of a processor as long as Airflow ran.
    AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL: '60',
    AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL: '60',
    AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME: '0.5',
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED: 'False',
  };
}

async function prepare(directory: string, [port = 0]: readonly number[]): Promise<readonly Program[]> {
  const env = await settings(directory, port);
  const command = await python.program('airflow');
  if (!existsSync(join(directory, 'airflow.db'))) {
    await writeFile(join(directory, 'passwords.json'), JSON.stringify(AIRFLOW_USERS));
    await makeDatabase(directory, command, env);
  }
  return [
    { name: 'api-server', command, args: ['api-server'], env },
    // The server of logs would listen on all interfaces.
    { name: 'scheduler', command, args: ['scheduler', '--skip-serve-logs'], env },
    { name: 'dag-processor', command, args: ['dag-processor'], env },
    // For tasks that are deferred.
    { name: 'triggerer', command, args: ['triggerer', '--skip-serve-logs'], env },
  ];
}

/** Takes 20 seconds on a busy machine: an empty one is kept with the environment. */
async function makeDatabase(directory: string, command: string, env: Record<string, string>): Promise<void> {
  const empty = join(await python.directory(), 'empty-airflow.db');
  const database = join(directory, 'airflow.db');
  if (existsSync(empty)) return copyFile(empty, database);
  await execa(command, ['db', 'migrate'], { env, stdin: 'ignore' });
  await copyFile(database, empty);
}

type Health = Readonly<Record<string, { readonly status: string | null } | undefined>>;
const PARTS = ['scheduler', 'dag_processor', 'triggerer'];

export const airflow: System = {
  name: 'airflow',
  title: 'Airflow 3.3.2',
  variable: 'BATON_TEST_AIRFLOW_URL',
  ports: 1,
  isInstalled: python.isInstalled,
  install: python.install,
  prepare,
  greeting: Buffer.from('GET /api/v2/version HTTP/1.0\r\n\r\n'),
  isComplete: async (_directory, [port]) => {
    const health = (await jsonAt(`http://127.0.0.1:${port}/api/v2/monitor/health`)) as Health | undefined;
    return PARTS.every((part) => health?.[part]?.status === 'healthy');
  },
  url: (port) => `http://127.0.0.1:${port}`,
};
