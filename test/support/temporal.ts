// Real Temporal servers for tests of Workflows, one for each test file, with one worker.
// Every run has agents of its own, written where the test is: the worker hands a call to those of the run that made it.
import { Context } from '@temporalio/activity';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkerOptions } from '@temporalio/worker';
import { afterAll, beforeAll, inject } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function.js';
import { createActivities, type Activities } from '../../src/activities/index.js';
import { asFork, startOfOldRun, type ForkOf } from '../../src/client/fork.js';
import { prepareRun } from '../../src/client/prepare.js';
import { RunHandle } from '../../src/client/run-handle.js';
import { startRun } from '../../src/client/start-run.js';
import type { Agent, AgentContext, AgentSettings } from '../../src/domain/agent.js';
import type { Budget } from '../../src/domain/budget.js';
import type { CallRequest } from '../../src/domain/call.js';
import type { CatalogueRequest } from '../../src/domain/catalogue.js';
import type { Plan } from '../../src/domain/plan.js';
import type { RunResult } from '../../src/domain/run-result.js';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes.js';
import type { Tenant } from '../../src/domain/tenant.js';
import { silenceTemporal } from './silence.js';

type Answer = (input: unknown, context: AgentContext) => unknown;

/** Agents of a run, by type: a function, or a function with settings. `echo`, which answers its input, is always there. */
export type TestAgents = Readonly<Record<string, Answer | (Omit<AgentSettings, 'type'> & { run: Answer })>>;

export interface RunOptions {
  readonly input?: unknown;
  readonly agents?: TestAgents;
  readonly plans?: Readonly<Record<string, Plan>>;
  readonly budget?: Budget;
  readonly tenant?: Tenant;
  readonly forkOf?: ForkOf;
  readonly id?: string;
}

/** One call as an agent saw it. */
export interface SeenCall {
  readonly agent: string;
  readonly task: string;
  readonly item?: number;
  readonly input: unknown;
  readonly key: string;
  readonly attempt: number;
}

export interface TestRun {
  readonly id: string;
  readonly run: RunHandle;
  /** Calls in the order in which they began. */
  readonly calls: SeenCall[];
  /** `agent task` or `agent task[item]` of each call, in order. */
  readonly said: () => string[];
  readonly result: () => Promise<RunResult>;
}

export interface TestTemporal {
  readonly env: TestWorkflowEnvironment;
  start(plan: Plan, options?: RunOptions): Promise<TestRun>;
  run(plan: Plan, options?: RunOptions): Promise<RunResult>;
}

export const TEST_QUEUE = 'test';

/** A server that skips over time while nothing but timers is due. */
export const useTimeSkipping = (options?: Partial<WorkerOptions>): TestTemporal =>
  useServer(
    () =>
      TestWorkflowEnvironment.createTimeSkipping({
        server: { executable: { type: 'existing-path', path: inject('testServerBinary') } },
      }),
    // Without them this server refuses a start, and yet believes that the run is there.
    true,
    options,
  );

export interface DevServerOptions {
  /** `key=value` pairs. */
  readonly dynamicConfig?: readonly string[];
  /** With Baton's search attributes; default false. */
  readonly searchable?: boolean;
  readonly worker?: Partial<WorkerOptions>;
}

/** As in the embedded server: what waits in one place is found at once. */
const ONE_PARTITION = ['matching.numTaskqueueReadPartitions=1', 'matching.numTaskqueueWritePartitions=1'];

/** The full server, in memory. */
export const useDevServer = ({ dynamicConfig = [], searchable = false, worker }: DevServerOptions = {}) =>
  useServer(
    () =>
      TestWorkflowEnvironment.createLocal({
        server: {
          executable: { type: 'existing-path', path: inject('temporalBinary') },
          log: { format: 'pretty', level: 'never' },
          extraArgs: [...ONE_PARTITION, ...dynamicConfig].flatMap((pair) => ['--dynamic-config-value', pair]),
        },
      }),
    searchable,
    worker,
  );

/** Without asking which are there, for the time-skipping server cannot tell. */
async function addSearchAttributes({ connection, namespace }: TestWorkflowEnvironment): Promise<void> {
  const keyword = 2; // temporal.api.enums.v1.IndexedValueType
  const searchAttributes = Object.fromEntries(Object.values(SEARCH_ATTRIBUTES).map(({ name }) => [name, keyword]));
  await connection.operatorService.addSearchAttributes({ namespace: namespace ?? 'default', searchAttributes });
}

function useServer(
  open: () => Promise<TestWorkflowEnvironment>,
  searchable: boolean,
  workerOptions: Partial<WorkerOptions> = {},
): TestTemporal {
  let env: TestWorkflowEnvironment | undefined;
  let worker: Worker;
  let working: Promise<void>;
  let count = 0;
  const byRun = new Map<string, Activities>();

  beforeAll(async () => {
    silenceTemporal();
    env = await open();
    if (searchable) await addSearchAttributes(env);
    const plain = createActivities({ agents: [] });
    worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue: TEST_QUEUE,
      workflowBundle: { codePath: inject('workflowBundle') },
      maxConcurrentActivityTaskExecutions: 500,
      maxHeartbeatThrottleInterval: '200ms',
      shutdownGraceTime: '100ms',
      activities: {
        ...plain,
        // The ids of sub-plans begin with the id of their run.
        callAgent: (request: CallRequest) => byRun.get(request.run.split('/')[0]!)!.callAgent(request),
        catalogue: (request: CatalogueRequest) => byRun.get(runOfActivity())!.catalogue(request),
      },
      ...workerOptions,
    });
    working = worker.run();
  });

  afterAll(async () => {
    worker?.shutdown();
    await working;
    await env?.teardown();
  });

  const temporal: TestTemporal = {
    get env() {
      return env!;
    },
    async start(plan, { input, agents = {}, plans = {}, budget, tenant, forkOf, id = `run-${++count}` } = {}) {
      const { client } = temporal.env;
      const calls: SeenCall[] = [];
      const all = agentsOf({ echo: (value) => value, ...agents }, calls);
      byRun.set(id, createActivities({ agents: all, abortGraceMs: 500 }));
      const known = { agents: all, plans: new Map(Object.entries(plans)) };
      const prepared = prepareRun(plan, input, known, { budget, tenant });
      const request =
        forkOf === undefined
          ? prepared
          : asFork(prepared, { id, of: forkOf, old: await startOfOldRun(client, forkOf.run), known });
      await startRun(client, { id, taskQueue: TEST_QUEUE, request });
      const run = new RunHandle(client, id);
      const said = () =>
        calls.map(({ agent, task, item }) => `${agent} ${task}${item === undefined ? '' : `[${item}]`}`);
      return { id, run, calls, said, result: () => run.result() };
    },
    async run(plan, options) {
      return await (await temporal.start(plan, options)).result();
    },
  };
  return temporal;
}

const runOfActivity = (): string => Context.current().info.workflowExecution!.workflowId.split('/')[0]!;

function agentsOf(agents: TestAgents, calls: SeenCall[]): Agent[] {
  return Object.entries(agents).map(([type, agent]) => {
    const { run, ...settings } = typeof agent === 'function' ? { run: agent } : agent;
    return functionAgent({
      ...settings,
      type,
      run: (input, context) => {
        const { task, item } = context.correlation;
        const seen = { agent: type, task, input, key: context.idempotencyKey, attempt: context.attempt };
        calls.push(item === undefined ? seen : { ...seen, item });
        return run(input, context);
      },
    });
  });
}
