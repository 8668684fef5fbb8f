// Real Temporal servers for tests of Workflows: one server with one worker for each test file.
// Every run has agents of its own, which are written in the test: the worker passes each call to the agents of its run.
import { Context } from '@temporalio/activity';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkerOptions } from '@temporalio/worker';
import { afterAll, beforeAll, inject, vi } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { createActivities, type Activities } from '../../src/activities/index.js';
import { Baton } from '../../src/client.js';
import { prepareRun } from '../../src/client/prepare-run.js';
import type { ForkOf } from '../../src/client/fork.js';
import type { RunHandle } from '../../src/client/run-handle.js';
import { startRun } from '../../src/client/start-run.js';
import { defined } from '../../src/domain/json/defined.js';
import type { Agent, AgentContext, AgentSettings } from '../../src/domain/agent/agent.js';
import type { Budget } from '../../src/domain/budget/budget.js';
import type { CallRequest } from '../../src/domain/call/request.js';
import type { CatalogueRequest } from '../../src/domain/agent/catalogue.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import type { RunResult } from '../../src/domain/run/result.js';
import { SEARCH_ATTRIBUTES } from '../../src/domain/run/search-attributes.js';
import type { Tenant } from '../../src/domain/run/tenant.js';
import { ACTIVATION_TIME } from '../../src/worker/activation-time.js';
import { DYNAMIC_CONFIG, dynamicConfigArgs } from '../../src/server/dynamic-config.js';
import { silenceTemporal } from './silence.js';

type Answer = (input: unknown, context: AgentContext) => unknown;

/** The agents of a run, by type: a function, or a function with settings. `echo`, which returns its input, always exists. */
export type TestAgents = Readonly<Record<string, Answer | (Omit<AgentSettings, 'type'> & { run: Answer })>>;

export interface RunOptions {
  readonly input?: unknown;
  readonly agents?: TestAgents;
  readonly plans?: Readonly<Record<string, Plan>>;
  readonly budget?: Budget;
  readonly tenant?: Tenant;
  readonly forkOf?: ForkOf;
  /** The most bytes of one payload of the run, which is otherwise that of a client without storage. */
  readonly valueLimit?: number;
  readonly id?: string;
  readonly correlationId?: string;
  /** The client has an endpoint for traces. */
  readonly isTraced?: true;
}

/** One call as an agent received it. */
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

/** A server that skips the time in which only timers are due. */
export const useTimeSkipping = (options?: Partial<WorkerOptions>): TestTemporal =>
  useServer(
    () =>
      TestWorkflowEnvironment.createTimeSkipping({
        server: { executable: { type: 'existing-path', path: inject('testServerBinary') } },
      }),
    // Without search attributes this server rejects a start, but then reports that the run exists.
    true,
    options,
  );

export interface DevServerOptions {
  /** `key=value` pairs, in addition to those of the embedded server. */
  readonly dynamicConfig?: readonly string[];
  /** With Baton's search attributes; default false. */
  readonly searchable?: boolean;
  readonly worker?: Partial<WorkerOptions>;
}

/** The full server, in memory. */
export const useDevServer = ({ dynamicConfig = [], searchable = false, worker }: DevServerOptions = {}) =>
  useServer(
    () =>
      TestWorkflowEnvironment.createLocal({
        server: {
          executable: { type: 'existing-path', path: inject('temporalBinary') },
          log: { format: 'pretty', level: 'never' },
          extraArgs: dynamicConfigArgs([...DYNAMIC_CONFIG, ...dynamicConfig]),
        },
      }),
    searchable,
    worker,
  );

/** Does not list the existing ones first, because the time-skipping server cannot list them. */
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
    const publishing = { brokers: ['bus'], project: 'test', publish: () => Promise.resolve() };
    const plain = createActivities({ agents: [], publishing });
    worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue: TEST_QUEUE,
      workflowBundle: { codePath: inject('workflowBundle') },
      maxConcurrentActivityTaskExecutions: 500,
      ...ACTIVATION_TIME,
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
    async start(
      plan,
      {
        input,
        agents = {},
        plans = {},
        budget,
        tenant,
        forkOf,
        valueLimit,
        id = `run-${++count}`,
        correlationId,
        isTraced,
      } = {},
    ) {
      const calls: SeenCall[] = [];
      const all = agentsOf({ echo: (value) => value, ...agents }, calls);
      byRun.set(id, createActivities({ agents: all, abortGraceMs: 500 }));
      const known = { agents: all, plans: new Map(Object.entries(plans)) };
      const baton = Baton.fromClient(temporal.env.client, { ...known, taskQueue: TEST_QUEUE });
      const start = async (): Promise<RunHandle> => {
        if (valueLimit === undefined)
          return await baton.start(plan, { input, id, ...defined({ budget, tenant, forkOf, correlationId }) });
        // A client sets the limit itself, so this one is passed around it.
        const request = prepareRun(plan, input, known, { budget, tenant, valueLimit });
        await startRun(temporal.env.client, { id, taskQueue: TEST_QUEUE, request });
        return baton.run(id);
      };
      if (isTraced === true) vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:9');
      const run = await start().finally(() => {
        if (isTraced === true) vi.unstubAllEnvs();
      });
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
