// The thin, typed client: start, signal, update, query, result.
import { Client } from '@temporalio/client';
import type { BreakerHandle } from './client/breaker.js';
import { allBreakers, breakerOf, type ListedBreaker } from './client/breakers.js';
import { openConnection } from './client/connection.js';
import { asFork, forksOf, startOfOldRun, withPlansOf, type ForkOf } from './client/fork.js';
import { TaskFailedError } from './client/errors.js';
import { listRuns, type RunSummary } from './client/list-runs.js';
import { lastingPollersOf, pollersOf } from './client/pollers.js';
import { PoolHandle } from './client/pool-handle.js';
import { prepareRun, type Known } from './client/prepare.js';
import { RunHandle } from './client/run-handle.js';
import { runInputOf, type StartedWith } from './client/run-input-of.js';
import { newRunId, startRun } from './client/start-run.js';
import type { Agent } from './domain/agent.js';
import type { Budget } from './domain/budget.js';
import type { Plan } from './domain/plan.js';
import type { PoolSettings } from './domain/pool/settings.js';
import { didYouMean } from './domain/problem.js';
import { DEFAULT_TASK_QUEUE } from './domain/run-input.js';
import type { Tenant } from './domain/tenant.js';
import { readPlanFile } from './plan-file.js';
import { findServer, type FindServerOptions, type FoundServer } from './server/index.js';

export interface ConnectOptions extends FindServerOptions, Known {
  /** The Task Queue of the runs that are started; default `baton`. */
  readonly taskQueue?: string;
  /** The pools of the workers, as they are declared. */
  readonly pools?: readonly PoolSettings[];
  /** A server that has been found already; it is not given back by `close`. */
  readonly server?: Pick<FoundServer, 'connectionOptions' | 'namespace'>;
}

export interface StartOptions {
  readonly input?: unknown;
  /** The run's id, which is its Workflow Id; default: the plan's name and eight random digits. */
  readonly id?: string;
  readonly taskQueue?: string;
  /** What the run may spend; takes the place of what its plan says, limit by limit. */
  readonly budget?: Budget;
  /** Whose run it is: its calls get the share of the workers that is this tenant's, by weight. */
  readonly tenant?: string | Tenant;
  /** Makes it a fork: what that run has done is not done again where nothing has changed. */
  readonly forkOf?: ForkOf;
}

export interface RerunOptions extends Omit<StartOptions, 'forkOf'>, Pick<ForkOf, 'from'> {
  /** Instead of the old one: data, the path of a file, or what `definePlan` made. */
  readonly plan?: Plan | string | object;
}

export interface StartedRun {
  readonly run: RunHandle;
  /** False if a run of this id was there already: it is that one. */
  readonly isNew: boolean;
}

export class Baton {
  private constructor(
    /** Temporal's own client, for what this one does not do. */
    readonly client: Client,
    private readonly options: ConnectOptions,
    private readonly release: () => Promise<void>,
  ) {}

  /** Throws ServerUnreachable. */
  static async connect(options: ConnectOptions = {}): Promise<Baton> {
    const found = options.server === undefined ? await findServer(options) : undefined;
    const { connectionOptions, namespace } = options.server ?? found!;
    try {
      const connection = await openConnection(connectionOptions);
      const release = async () => {
        await connection.close();
        await found?.release();
      };
      return new Baton(new Client({ connection, namespace }), options, release);
    } catch (error) {
      await found?.release();
      throw error;
    }
  }

  /** Over a client of one's own, which stays the caller's to close. */
  static over(client: Client, options: Pick<ConnectOptions, 'agents' | 'plans' | 'pools' | 'taskQueue'> = {}): Baton {
    return new Baton(client, options, () => Promise.resolve());
  }

  /**
   * Starts a run of a plan: data, the path of a file, or what `definePlan` made. If a run of this id exists, that is the one.
   * Throws InvalidPlanError, InvalidInputError: nothing has started then.
   */
  async start(plan: Plan | string | object, options: StartOptions = {}): Promise<RunHandle> {
    return (await this.startOrFind(plan, options)).run;
  }

  /** As `start`, and tells whether the run is new. */
  async startOrFind(
    plan: Plan | string | object,
    { input, id, taskQueue, budget, tenant, forkOf }: StartOptions = {},
  ): Promise<StartedRun> {
    const raw = typeof plan === 'string' ? await readPlanFile(plan) : plan;
    const old = forkOf === undefined ? undefined : await this.startOf(forkOf.run);
    const known = old === undefined ? this.options : withPlansOf(this.options, old);
    const prepared = prepareRun(raw, input, known, { budget, tenant });
    const run = this.run(id ?? newRunId(prepared.plan.name));
    const fork = forkOf === undefined || old === undefined ? undefined : { id: run.id, of: forkOf, old, known };
    const request = fork === undefined ? prepared : asFork(prepared, fork);
    const queue = taskQueue ?? this.options.taskQueue ?? DEFAULT_TASK_QUEUE;
    return { run, isNew: await startRun(this.client, { id: run.id, taskQueue: queue, request }) };
  }

  /**
   * Starts a run that takes over from an old one every output whose task, agent, version of the agent and input are the same, and
   * runs the rest. Plan, input, budget and tenant are the old ones unless others are given. Throws RunNotFound, Refused,
   * InvalidPlanError, InvalidInputError: nothing has started then.
   */
  async rerun(runId: string, { plan, from, input, budget, tenant, ...options }: RerunOptions = {}): Promise<RunHandle> {
    const old = await this.startOf(runId);
    const allowed = budget ?? old.budget;
    const whose = tenant ?? old.tenant;
    return await this.start(plan ?? old.plan, {
      ...options,
      input: input ?? old.input,
      ...(allowed === undefined ? {} : { budget: allowed }),
      ...(whose === undefined ? {} : { tenant: whose }),
      forkOf: { run: runId, ...(from === undefined ? {} : { from }) },
    });
  }

  /** What a run was started with. Throws RunNotFound; Refused if it is no run that can be rerun. */
  async startOf(id: string): Promise<StartedWith> {
    await this.run(id).describe();
    return await startOfOldRun(this.client, id);
  }

  /** The ids of the forks of a run, newest first. */
  async forksOf(id: string): Promise<string[]> {
    return await forksOf(this.client, id);
  }

  /** A run by its id, whether there is one or not: its methods throw RunNotFound. */
  run(id: string): RunHandle {
    return new RunHandle(this.client, id);
  }

  /** One durable call of one agent. Throws TaskFailedError. */
  async executeTask<I, O>(
    agent: Agent<I, O>,
    input: I,
    options: Omit<StartOptions, 'input' | 'budget'> = {},
  ): Promise<O> {
    const plan: Plan = { name: agent.type, tasks: { call: { agent: agent.type, input: '{% $input %}' } } };
    const request = prepareRun(plan, input, { agents: [agent] }, { tenant: options.tenant });
    const id = options.id ?? newRunId(agent.type);
    const taskQueue = options.taskQueue ?? this.options.taskQueue ?? DEFAULT_TASK_QUEUE;
    await startRun(this.client, { id, taskQueue, request });
    const result = await this.run(id).result();
    const { failure, status, output } = result.tasks['call']!;
    if (status === 'succeeded') return output as O;
    throw new TaskFailedError(failure ?? result.failure!, result);
  }

  /** The circuit breaker of an agent; `taskQueue` is where its calls go. */
  breaker(agent: string, place: { taskQueue?: string } = {}): BreakerHandle {
    return breakerOf(this.client, this.options, { agent, ...place });
  }

  /** The circuit breakers that are at work, and those of the agents that are known here, in no order. */
  async breakers(): Promise<ListedBreaker[]> {
    return await allBreakers(this.client, this.options);
  }

  /** Runs on this server, newest first. */
  async runs({ limit = 50 }: { limit?: number } = {}): Promise<RunSummary[]> {
    return await listRuns(this.client, limit);
  }

  /** The plan that a run was started with. */
  async planOf(id: string): Promise<Plan> {
    await this.run(id).describe();
    return (await runInputOf(this.client, id)).plan;
  }

  /** How many workers poll a Task Queue; with `lasting`, without those that end with the run they were started for. */
  async pollers(taskQueue: string, { lasting = false }: { lasting?: boolean } = {}): Promise<number> {
    return await (lasting ? lastingPollersOf : pollersOf)(this.client, taskQueue);
  }

  /** A pool by its name. If it is not on the Task Queue of this client, its settings say where, or `taskQueue` does. */
  pool(name: string, { taskQueue }: { taskQueue?: string } = {}): PoolHandle {
    const { pools = [] } = this.options;
    const settings = pools.find((pool) => pool.name === name);
    const queue = taskQueue ?? settings?.taskQueue ?? this.options.taskQueue ?? DEFAULT_TASK_QUEUE;
    const names = pools.map((pool) => pool.name);
    const hint = settings === undefined ? didYouMean(name, names) : undefined;
    return new PoolHandle(this.client, { name, settings, taskQueue: queue, hint });
  }

  async close(): Promise<void> {
    await this.release();
  }
}

/** Connects to the configured server, to one that is found, or to the embedded one. Throws ServerUnreachable. */
export const connect = (options?: ConnectOptions): Promise<Baton> => Baton.connect(options);
