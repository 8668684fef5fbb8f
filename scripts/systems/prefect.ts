// A server of Prefect on SQLite, and two programs of test/fixtures/prefect: one serves deployments, each flow run in a process of its own;
// one is a worker that runs flows on threads, for many flow runs.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jsonAt } from './http-answer.js';
import { pythonEnvironment } from './python-environment.js';
import type { System } from './system.js';

const FLOWS = fileURLToPath(new URL('../../test/fixtures/prefect', import.meta.url));
const python = pythonEnvironment('prefect');

/** Where the flows keep their results, in the directory of the system. */
export const resultsOfPrefect = (directory: string): string => join(directory, 'results');

const api = (port = 0): string => `http://127.0.0.1:${port}/api`;

export const prefect: System = {
  name: 'prefect',
  title: 'Prefect 3.9.1',
  variable: 'BATON_TEST_PREFECT_URL',
  ports: 1,
  isInstalled: python.isInstalled,
  install: python.install,
  async prepare(directory, [port]) {
    await mkdir(resultsOfPrefect(directory), { recursive: true });
    const env = {
      PATH: await python.path(),
      PYTHONDONTWRITEBYTECODE: '1',
      PREFECT_HOME: join(directory, 'home'),
      PREFECT_API_URL: api(port),
      PREFECT_LOCAL_STORAGE_PATH: resultsOfPrefect(directory),
      PREFECT_RESULTS_PERSIST_BY_DEFAULT: 'true',
      PREFECT_SERVER_ANALYTICS_ENABLED: 'false',
      DO_NOT_TRACK: '1',
      PREFECT_LOGGING_LEVEL: 'WARNING',
      // How often the server of the deployments looks for runs, in seconds.
      PREFECT_RUNNER_POLL_FREQUENCY: '1',
      PREFECT_WORKER_QUERY_SECONDS: '1',
    };
    const server = ['server', 'start', '--host', '127.0.0.1', '--port', String(port), '--no-ui'];
    return [
      { name: 'server', command: await python.program('prefect'), args: server, env },
      { name: 'runner', command: await python.program('python'), args: [join(FLOWS, 'serve.py')], env },
      { name: 'worker', command: await python.program('python'), args: [join(FLOWS, 'worker.py')], env },
    ];
  },
  greeting: Buffer.from('GET /api/health HTTP/1.0\r\n\r\n'),
  // Each program adds its last.
  isComplete: async (_directory, [port]) => {
    const names = ['baton-pause/tests', 'baton-note/threads'];
    const found = await Promise.all(names.map((name) => jsonAt(`${api(port)}/deployments/name/${name}`)));
    return found.every((deployment) => deployment !== undefined);
  },
  url: api,
};
