// For tests of plans and agents: starts a Temporal server and a worker, and stops both at the end.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IllegalStateError } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { Baton, type StartOptions } from './client.js';
import type { Agent } from './domain/agent/agent.js';
import { defined } from './domain/json/defined.js';
import type { Plan } from './domain/plan/plan.js';
import type { RunResult } from './domain/run/result.js';
import { SEARCH_ATTRIBUTES } from './domain/run/search-attributes.js';
import { dynamicConfigArgs, findTemporalBinary, findTestServerBinary } from './server/index.js';
import { openValues, type ValueSettings } from './values.js';
import { createWorker, type WorkerSettings } from './worker.js';

export interface TestBatonOptions {
  readonly agents: readonly Agent[];
  readonly plans?: ReadonlyMap<string, unknown>;
  /** The brokers to which tasks publish. */
  readonly brokers?: WorkerSettings['brokers'];
  /** The secrets that calls may use. */
  readonly secrets?: WorkerSettings['secrets'];
  /** Skips the time of waits while a result is awaited. Default false: a full server, which can also list runs. */
  readonly timeSkipping?: boolean;
  readonly workflowBundle?: WorkerSettings['workflowBundle'];
  /** Where large values are stored; default a directory that is removed at the end, as a dev server has one. `false`: nowhere. */
  readonly storage?: WorkerSettings['storage'];
  /** The keys with which all values are encrypted; default none. */
  readonly encryption?: WorkerSettings['encryption'];
}

export interface TestBaton {
  readonly baton: Baton;
  /** Runs a plan until it ends, in whichever way: data, the path of a file, or the result of `definePlan`. */
  run(
    this: void,
    plan: Plan | string | object,
    input?: unknown,
    options?: Omit<StartOptions, 'input'>,
  ): Promise<RunResult>;
  close(this: void): Promise<void>;
}

/** Throws AgentDefinitionError, BinaryNotFoundError. */
export async function testBaton(options: TestBatonOptions): Promise<TestBaton> {
  const { agents, plans, timeSkipping = false, workflowBundle, brokers, secrets, encryption } = options;
  silenceLog();
  const directory = await mkdtemp(join(tmpdir(), 'baton-test-'));
  const removeDirectory = () => rm(directory, { recursive: true, force: true });
  const { storage = { dir: join(directory, 'values') } } = options;
  const values = { storage, ...defined({ encryption }) };
  const temporal = await startServer(timeSkipping, values).catch(async (error: unknown) => {
    await removeDirectory();
    throw error;
  });
  const tearDown = async () => {
    await temporal.teardown();
    await removeDirectory();
  };
  try {
    const server = { connectionOptions: { address: temporal.address }, namespace: 'default' };
    await addSearchAttributes(temporal, server.namespace);
    const worker = await createWorker({
      server,
      agents,
      ...values,
      ...defined({ workflowBundle, brokers, secrets }),
    });
    const baton = Baton.fromClient(temporal.client, { agents, ...defined({ plans, brokers, secrets }) });
    const working = worker.run();
    // If the worker fails, `run` never resolves, and `close` rejects with the reason.
    working.catch(() => undefined);
    return {
      baton,
      async run(plan, input, rest = {}) {
        const run = await baton.start(plan, { ...rest, input });
        return await run.result();
      },
      async close() {
        worker.shutdown();
        try {
          await working;
        } finally {
          await tearDown();
        }
      },
    };
  } catch (error) {
    await tearDown();
    throw error;
  }
}

/** The program would print its versions and addresses among the output of the tests. */
const NO_BANNER = ['--output', 'none'];

async function startServer(timeSkipping: boolean, values: ValueSettings): Promise<TestWorkflowEnvironment> {
  const dataConverter = await openValues(values);
  if (timeSkipping) {
    const executable = { type: 'existing-path', path: await findTestServerBinary() } as const;
    return await TestWorkflowEnvironment.createTimeSkipping({ server: { executable }, client: { dataConverter } });
  }
  const executable = { type: 'existing-path', path: await findTemporalBinary() } as const;
  return await TestWorkflowEnvironment.createLocal({
    client: { dataConverter },
    server: {
      executable,
      log: { format: 'pretty', level: 'never' },
      extraArgs: [...NO_BANNER, ...dynamicConfigArgs()],
    },
  });
}

/** temporal.api.enums.v1.IndexedValueType */
const KEYWORD = 2;

/** Does not list the existing ones first: the server is new, and the time-skipping server cannot list them. */
async function addSearchAttributes({ connection }: TestWorkflowEnvironment, namespace: string): Promise<void> {
  const searchAttributes = Object.fromEntries(Object.values(SEARCH_ATTRIBUTES).map(({ name }) => [name, KEYWORD]));
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
}

/** Failures are reported by the tests themselves. A process has one Runtime: if the caller has installed one, it is kept. */
function silenceLog(): void {
  try {
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
    });
  } catch (error) {
    if (!(error instanceof IllegalStateError)) throw error;
  }
}
