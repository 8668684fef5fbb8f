// docs/migrating.md has the same job in several systems. Here each runs in the system itself, and the plan in Baton: they do the same.
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { pythonEnvironment } from '../../../scripts/systems/python-environment.js';
import { commandAgent } from '../../../src/index.js';
import { testBaton } from '../../../src/testing.js';
import { uniqueName } from '../../support/brokers.js';
import { urlOf, withSystem } from '../../support/systems.js';
import { BLOCKS, openShop, PLAN, type Shop } from './place.js';
import { runStateMachine } from './state-machine.js';

const DAY = '2026-11-27';
const REPORT = `report-${DAY}`;

/** What the job leaves behind if it succeeds, and if nothing can be published. */
const OUTCOMES = [
  {
    name: 'publishes the report',
    env: {},
    succeeds: true,
    reports: [{ id: REPORT, total: 2500 }],
    published: [REPORT],
    deleted: [],
  },
  {
    name: 'deletes the report if it cannot be published',
    env: { SHOP_CLOSED: '1' },
    succeeds: false,
    reports: [],
    published: [],
    deleted: [REPORT],
  },
];

/** Some of these systems start a process for each task. */
const PATIENCE_MS = 600_000;

type RunsJob = (shop: Shop) => Promise<boolean>;

/** The test of one system: `run` resolves with whether the job has succeeded there. */
function doesTheJob(title: string, run: RunsJob): void {
  test.each(OUTCOMES.map((outcome) => [outcome.name, outcome] as const))(
    `${title} %s`,
    async (_, { env, succeeds, reports, published, deleted }) => {
      const shop = await openShop(env);
      expect(await run(shop)).toBe(succeeds);
      expect(await shop.done()).toEqual({ reports, published, deleted });
    },
    PATIENCE_MS,
  );
}

describe('the plan', () => {
  doesTheJob('the plan', async ({ directory, env }) => {
    const agents = ['load-orders', 'price-order', 'write-report', 'delete-report', 'publish'].map((type) =>
      commandAgent({ type, command: ['python3', 'shop.py', type], cwd: directory, env, retry: { attempts: 1 } }),
    );
    const server = await testBaton({ agents, workflowBundle: { codePath: inject('workflowBundle') } });
    try {
      const { status, output } = await server.run(parse(PLAN) as object, { day: DAY });
      if (status === 'completed') expect(output).toEqual({ id: REPORT, total: 2500 });
      return status === 'completed';
    } finally {
      await server.close();
    }
  });
});

const airflow = pythonEnvironment('airflow');

/** Airflow executes the DAG in a process of its own, with an empty database. */
async function runDag({ directory, env }: Shop): Promise<Record<string, string>> {
  await cp(join(await airflow.directory(), 'empty-airflow.db'), join(directory, 'airflow.db'));
  const { stdout } = await execa(await airflow.program('python'), ['airflow_side.py', DAY], {
    cwd: directory,
    env: {
      ...env,
      AIRFLOW_HOME: directory,
      AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
      AIRFLOW__CORE__DAGS_FOLDER: directory,
      AIRFLOW__CORE__UNIT_TEST_MODE: 'False',
    },
  });
  const states = stdout.split('\n').find((line) => line.startsWith('states '));
  return JSON.parse(states!.slice('states '.length)) as Record<string, string>;
}

describe.skipIf(urlOf('airflow') === undefined)(withSystem('airflow', 'Airflow'), () => {
  doesTheJob('the DAG', async (shop) => (await runDag(shop))['publish'] === 'success');

  test(
    'the DAG runs delete_report also if nothing was written',
    async () => {
      const shop = await openShop({ SHOP_WRONG: '1' });
      expect(await runDag(shop)).toMatchObject({
        'price[0]': 'failed',
        report: 'upstream_failed',
        delete_report: 'success',
      });
      expect(await shop.done()).toEqual({ reports: [], published: [], deleted: ['None'] });
    },
    PATIENCE_MS,
  );
});

describe.skipIf(urlOf('prefect') === undefined)(withSystem('prefect', 'Prefect'), () => {
  const prefect = pythonEnvironment('prefect');

  doesTheJob('the flow', async ({ directory, env }) => {
    const code = `import prefect_orders; prefect_orders.price_orders(${JSON.stringify(DAY)})`;
    const { exitCode } = await execa(await prefect.program('python'), ['-c', code], {
      cwd: directory,
      env: { ...env, PREFECT_API_URL: urlOf('prefect')!, PREFECT_HOME: join(directory, 'home'), DO_NOT_TRACK: '1' },
      reject: false,
    });
    return exitCode === 0;
  });
});

describe.skipIf(urlOf('celery') === undefined)(withSystem('celery', 'Celery'), () => {
  const celery = pythonEnvironment('celery');

  doesTheJob('the chain', async ({ directory, env }) => {
    const broker = urlOf('celery')!;
    const queue = uniqueName('orders');
    const options = {
      cwd: directory,
      env: {
        ...env,
        CELERY_BROKER_URL: broker,
        CELERY_RESULT_BACKEND: broker,
        C_FORCE_ROOT: '1',
      },
    };
    // A queue of its own, because the broker has another worker.
    const app = ['-c', `import celery_orders as orders; orders.app.conf.task_default_queue = ${JSON.stringify(queue)}`];
    const program = `${app[1]}\n${CELERY_SIDE}`;
    const { stdout } = await execa(await celery.program('python'), ['-c', program, DAY], options);
    return stdout.trimEnd().endsWith('SUCCESS');
  });
});

/** A worker on a thread, and the chain. The errback of a failed task runs after its result is there: the worker ends first. */
const CELERY_SIDE = `
import sys
from celery.contrib.testing.worker import start_worker
with start_worker(orders.app, pool="threads", concurrency=2, perform_ping_check=False, shutdown_timeout=60):
    result = orders.price_orders(sys.argv[1])
    result.get(propagate=False, timeout=120)
print(result.state)
`;

describe.skipIf(urlOf('localstack') === undefined)(withSystem('localstack', 'Step Functions'), () => {
  doesTheJob('the state machine', async (shop) => {
    const definition = BLOCKS.get('orders.asl.json')!;
    return (await runStateMachine(urlOf('localstack')!, definition, shop, { day: DAY })) === 'SUCCEEDED';
  });
});
