// A worker of Celery with the tasks of test/fixtures/celery, and a broker of its own, so that tests may kill either.
import { access, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonEnvironment } from './python-environment.js';
import { rabbitmq } from './rabbitmq.js';
import { redis } from './redis.js';
import type { Program, System } from './system.js';

const TASKS = fileURLToPath(new URL('../../test/fixtures/celery', import.meta.url));
const python = pythonEnvironment('celery');
const readyIn = (directory: string): string => join(directory, 'worker-is-ready');

/** The worker of the broker. `backend` keeps its results: `rpc://` sends them to the caller. */
function workerOn(broker: System, backend: (url: string) => string) {
  return async (directory: string, ports: readonly number[]): Promise<readonly Program[]> => {
    const url = broker.url(ports[0] ?? 0);
    await mkdir(join(directory, broker.name), { recursive: true });
    await rm(readyIn(directory), { force: true });
    const worker: Program = {
      name: 'worker',
      command: await python.program('celery'),
      args: '--app tasks worker --hostname baton@%h --concurrency 2 --loglevel warning'.split(' '),
      env: {
        PYTHONPATH: TASKS,
        PYTHONDONTWRITEBYTECODE: '1',
        BATON_BROKER: url,
        BATON_BACKEND: backend(url),
        BATON_READY_FILE: readyIn(directory),
        // A worker as root is refused without it.
        C_FORCE_ROOT: '1',
      },
    };
    const programs = await broker.prepare(join(directory, broker.name), ports);
    return [...programs.map((program) => ({ name: 'broker', ...program })), worker];
  };
}

const celeryOn = (
  broker: System,
  about: Pick<System, 'name' | 'title' | 'variable'>,
  backend: (url: string) => string,
) =>
  ({
    ...about,
    ports: broker.ports,
    isInstalled: async () => (await broker.isInstalled()) && (await python.isInstalled()),
    async install(say) {
      if (!(await broker.isInstalled())) await broker.install(say);
      if (!(await python.isInstalled())) await python.install(say);
    },
    prepare: workerOn(broker, backend),
    greeting: broker.greeting,
    isComplete: (directory) =>
      access(readyIn(directory)).then(
        () => true,
        () => false,
      ),
    url: broker.url,
  }) satisfies System;

export const celery: System = celeryOn(
  redis,
  { name: 'celery', title: 'Celery 5.7.0 on Redis', variable: 'BATON_TEST_CELERY_REDIS_URL' },
  (url) => url,
);

export const celeryRabbitmq: System = celeryOn(
  rabbitmq,
  { name: 'celery-rabbitmq', title: 'Celery 5.7.0 on RabbitMQ', variable: 'BATON_TEST_CELERY_AMQP_URL' },
  () => 'rpc://',
);
