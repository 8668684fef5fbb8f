// For tests of plans and agents: a Temporal server of its own, a worker in it, nothing left behind.
import { IllegalStateError } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { Baton, type StartOptions } from './client.js';
import type { Agent } from './domain/agent.js';
import type { Plan } from './domain/plan.js';
import type { RunResult } from './domain/run-result.js';
import { SEARCH_ATTRIBUTES } from './domain/search-attributes.js';
import { findTemporalBinary, findTestServerBinary } from './server/index.js';
import { createWorker, type WorkerSettings } from './worker.js';

export interface TestBatonOptions {
  readonly agents: readonly Agent[];
  readonly plans?: ReadonlyMap<string, unknown>;
  /** Waits of days end at once while a result is awaited. Off by default: a full server, with its lists of runs. */
  readonly timeSkipping?: boolean;
  readonly workflowBundle?: WorkerSettings['workflowBundle'];
}

export interface TestBaton {
  readonly baton: Baton;
  /** Runs a plan to its end, whichever that is: data, the path of a file, or what `definePlan` made. */
  run(
    this: void,
    plan: Plan | string | object,
    input?: unknown,
    options?: Omit<StartOptions, 'input'>,
  ): Promise<RunResult>;
  close(this: void): Promise<void>;
}

/** Throws AgentDefinitionError, BinaryNotFound. */
export async function testBaton(options: TestBatonOptions): Promise<TestBaton> {
  const { agents, plans, timeSkipping = false, workflowBundle } = options;
  quieten();
  const temporal = await startServer(timeSkipping);
  try {
    const server = { connectionOptions: { address: temporal.address }, namespace: 'default' };
    await addSearchAttributes(temporal, server.namespace);
    const worker = await createWorker({
      server,
      agents,
      ...(workflowBundle === undefined ? {} : { workflowBundle }),
    });
    const baton = Baton.over(temporal.client, { agents, ...(plans === undefined ? {} : { plans }) });
    const working = worker.run();
    // A worker that dies makes `run` wait for ever; `close` says why.
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
          await temporal.teardown();
        }
      },
    };
  } catch (error) {
    await temporal.teardown();
    throw error;
  }
}

async function startServer(timeSkipping: boolean): Promise<TestWorkflowEnvironment> {
  if (timeSkipping) {
    const executable = { type: 'existing-path', path: await findTestServerBinary() } as const;
    return await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
  }
  const executable = { type: 'existing-path', path: await findTemporalBinary() } as const;
  return await TestWorkflowEnvironment.createLocal({
    server: { executable, log: { format: 'pretty', level: 'never' } },
  });
}

/** temporal.api.enums.v1.IndexedValueType */
const KEYWORD = 2;

/** Without asking which are there: the server is new, and the time-skipping one cannot tell. */
async function addSearchAttributes({ connection }: TestWorkflowEnvironment, namespace: string): Promise<void> {
  const searchAttributes = Object.fromEntries(Object.values(SEARCH_ATTRIBUTES).map(({ name }) => [name, KEYWORD]));
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
}

/** A test says itself what failed. There is one Runtime in a process, and whoever made one before had a reason. */
function quieten(): void {
  try {
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
    });
  } catch (error) {
    if (!(error instanceof IllegalStateError)) throw error;
  }
}
