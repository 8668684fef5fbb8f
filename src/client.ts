// The client: starts runs, and gives handles on runs, circuit breakers and pools.
import { Client } from '@temporalio/client';
import { printWaiting } from './client/await-result.js';
import type { BreakerHandle } from './client/breaker.js';
import { breakerOf, listBreakers, type ListedBreaker } from './client/breakers.js';
import { compensationsOf, startCompensation } from './client/compensate.js';
import { checkRunId } from './client/errors.js';
import { asFork, forksOf, ofOneRun, prepareFork, readForkableInput } from './client/fork.js';
import { inspectRun, type RunInspection } from './client/inspect-run.js';
import { withCorrelation } from './client/correlation.js';
import type { Correlation } from './domain/trace/correlation.js';
import { waitingStarts } from './client/run-queue.js';
import type { WaitingStart } from './domain/run/queue/messages.js';
import type { ConnectOptions } from './client/connect-options.js';
import { startOnConflict, type ConflictTerms } from './client/on-conflict.js';
import type { OnConflict } from './domain/on-conflict.js';
import { readInbox, type Inbox, type InboxItem, type InboxOptions } from './client/inbox.js';
import { listRuns, type RunSummary } from './client/list-runs.js';
import type { PoolHandle } from './client/pool-handle.js';
import { poolOf } from './client/pool-of.js';
import { preparePlan, prepareRun, withValueLimit, type PreparedRun } from './client/prepare-run.js';
import type { StartedRunInput } from './client/read-run-input.js';
import { RunHandle } from './client/run-handle.js';
import type { RunMark } from './client/which-run.js';
import type { RunsOptions } from './client/run-query.js';
import type { RerunOptions, StartArguments, StartedRun, StartOptions } from './client/start-options.js';
import { outputOfTask, prepareTask } from './client/single-task.js';
import { newRunId } from './client/start-run.js';
import type { Agent } from './domain/agent/agent.js';
import type { InputOf, OutputOf } from './domain/builder/types.js';
import { MAX_STORED_VALUE_BYTES } from './domain/json/byte-size.js';
import { defined } from './domain/json/defined.js';
import type { Plan } from './domain/plan/plan.js';
import { DEFAULT_TASK_QUEUE } from './domain/task-queue.js';
import { ownProject, projectNear } from './project.js';
import { findServer } from './server/index.js';
import { openConnection } from './temporal/connection.js';
import { countLastingPollers, countPollers } from './temporal/pollers.js';
import { namespaceId } from './temporal/namespace-id.js';
import { openValues, storesValues } from './values.js';

export type { ConnectOptions, OnConflict, RerunOptions, StartedRun, StartOptions };

export class Baton {
  private constructor(
    /** Temporal's own client, for everything else. */
    readonly client: Client,
    private readonly options: ConnectOptions,
    private readonly release: () => Promise<void>,
    /** Absent for a client that the caller closes. */
    private readonly closing?: AbortController,
  ) {}

  /** Connects to the configured server, else to one that is found, else to the embedded one. Throws ServerUnreachableError. */
  static async connect(options: ConnectOptions = {}): Promise<Baton> {
    const project = defined({ project: ownProject(options, options.directory) });
    const found = options.server === undefined ? await findServer({ ...options, ...project }) : undefined;
    const { connectionOptions, namespace, dataDirectory } = options.server ?? found!;
    try {
      const connection = await openConnection(connectionOptions);
      const dataConverter = await openValues(options, {
        ...defined({ dataDirectory }),
        namespaceId: (name) => namespaceId(connection.workflowService, name),
      });
      const release = async () => {
        await connection.close();
        await found?.release();
      };
      return new Baton(new Client({ connection, namespace, dataConverter }), options, release, new AbortController());
    } catch (error) {
      await found?.release();
      throw error;
    }
  }

  /** Uses a client of the caller, who also closes it. */
  static fromClient(
    client: Client,
    options: Pick<
      ConnectOptions,
      'agents' | 'plans' | 'pools' | 'brokers' | 'taskQueue' | 'project' | 'onWaiting'
    > = {},
  ): Baton {
    return new Baton(client, options, () => Promise.resolve());
  }

  /**
   * Starts a run of a plan: data, the path of a file, or the result of `definePlan`. If a run of this id with the same plan and input
   * exists, returns that one. Throws InvalidPlanError, InvalidInputError; RefusedError if the run of this id has another plan or
   * input: nothing has started then.
   */
  async start<P extends Plan | string | object>(
    plan: P,
    ...options: StartArguments<InputOf<P>>
  ): Promise<RunHandle<OutputOf<P>>> {
    return (await this.startOrFind(plan, ...options)).run;
  }

  /** As `start`, and reports whether the run is new. */
  async startOrFind<P extends Plan | string | object>(
    plan: P,
    ...[options]: StartArguments<InputOf<P>>
  ): Promise<StartedRun<OutputOf<P>>> {
    return (await this.prepareAndStart(plan, options)) as StartedRun<OutputOf<P>>;
  }

  /** `old`: the input of the run that is forked, if it has been read already. */
  private async prepareAndStart(
    plan: Plan | string | object,
    { input, budget, tenant, ...options }: StartOptions & Pick<RerunOptions, 'reason'> = {},
    old?: StartedRunInput,
  ): Promise<StartedRun> {
    const raw = typeof plan === 'string' ? await (await import('./plan-file.js')).readPlanFile(plan) : plan;
    const { forkOf } = options;
    const terms = { budget, tenant, ...this.valueLimit };
    const prepared =
      forkOf === undefined
        ? prepareRun(raw, input, this.options, terms)
        : prepareFork(raw, input, this.options, {
            ...terms,
            ...defined({ from: forkOf.from }),
            old: old ?? (await this.startOf(forkOf.run)),
          });
    return await this.startPrepared(prepared, options);
  }

  /** Validates a plan once; the returned function makes what `startPrepared` starts. Both throw as `start` does. */
  preparePlan(plan: Plan): (input: unknown) => PreparedRun {
    return preparePlan(plan, this.options, this.valueLimit);
  }

  /**
   * Starts a run from the result of `prepareRun` or `prepareFork`, which has been validated already. Throws RefusedError as `start`,
   * unless `byIdAlone`: then an existing run of this id is returned whatever its plan and input are.
   */
  async startPrepared(
    prepared: PreparedRun,
    {
      id = newRunId(prepared.plan.name),
      taskQueue = this.options.taskQueue ?? DEFAULT_TASK_QUEUE,
      forkOf,
      correlationId,
      traceparent,
      ...terms
    }: Pick<StartOptions, 'id' | 'taskQueue' | 'forkOf' | keyof Correlation> & ConflictTerms = {},
  ): Promise<StartedRun> {
    checkRunId(id);
    const correlated = withCorrelation(prepared, { correlationId, traceparent });
    const fitting = withValueLimit(correlated, this.valueLimit.valueLimit);
    const request = forkOf === undefined ? fitting : asFork(fitting, id, await ofOneRun(this.client, forkOf));
    const { isNew, queued, ...mark } = await startOnConflict(this.client, { id, taskQueue, request }, terms);
    return { run: this.handle(id, mark), isNew, ...defined({ queued }) };
  }

  /**
   * Starts a run that reuses every output of an old run whose task, agent, version of the agent and input are the same, and runs the
   * rest. Default for plan, input, budget and tenant: those of the old run. Throws RunNotFoundError, RefusedError, InvalidPlanError,
   * InvalidInputError: nothing has started then.
   */
  async rerun(runId: string, { plan, from, input, budget, tenant, ...options }: RerunOptions = {}): Promise<RunHandle> {
    const old = await this.startOf(runId);
    const whole = {
      ...options,
      input: input ?? old.input,
      ...defined({ budget: budget ?? old.budget, tenant: tenant ?? old.tenant }),
      forkOf: { run: runId, ...defined({ from }) },
    };
    return (await this.prepareAndStart(plan ?? old.plan, whole, old)).run;
  }

  /** The input that a run was started with. Throws RunNotFoundError; RefusedError if the run cannot be rerun. */
  async startOf(id: string): Promise<StartedRunInput> {
    await this.run(id).describe();
    return await readForkableInput(this.client, id);
  }

  /**
   * Retries the debt of an ended run, in a new run whose own `debt` is what remains. If such a run is already in progress, returns
   * that one. Throws RunNotFoundError, NoWorkerError; RefusedError if the run has not ended, or has no debt.
   */
  async compensate(runId: string): Promise<RunHandle> {
    return (await this.compensateOrFind(runId)).run;
  }

  /** As `compensate`, and reports whether the run is new. */
  async compensateOrFind(runId: string): Promise<StartedRun> {
    const { id, isNew } = await startCompensation(this.client, runId, this.options, this.valueLimit);
    return { run: this.run(id), isNew };
  }

  /** The ids of the runs that have retried the debt of a run, oldest first. */
  async compensationsOf(id: string): Promise<string[]> {
    return await compensationsOf(this.client, id);
  }

  /** The ids of the forks of a run, newest first. */
  async forksOf(id: string): Promise<string[]> {
    return await forksOf(this.client, id);
  }

  /** The starts that wait until the run of this id has ended, in their order. Throws NoWorkerError, WorkerBusyError. */
  async waitingStarts(id: string): Promise<readonly WaitingStart[]> {
    return await waitingStarts(this.client, id);
  }

  /**
   * A handle on a run, the newest of this id; if there is no such run, its methods throw RunNotFoundError. Throws InvalidInputError.
   */
  run(id: string): RunHandle {
    checkRunId(id);
    return this.handle(id, {});
  }

  private handle(id: string, mark: RunMark): RunHandle {
    const { onWaiting = printWaiting(id) } = this.options;
    return new RunHandle(this.client, id, { onWaiting, closed: this.closing?.signal }, mark);
  }

  /** One durable call of one agent, as a run of its own. Throws TaskFailedError. */
  async executeTask<I, O>(
    agent: Agent<I, O>,
    input: I,
    options: Pick<StartOptions, 'id' | 'taskQueue' | 'tenant' | keyof Correlation> = {},
  ): Promise<O> {
    const { tenant, ...rest } = options;
    const { run } = await this.startPrepared(prepareTask(agent, input, { tenant, ...this.valueLimit }), rest);
    return outputOfTask(await run.result()) as O;
  }

  /** The project whose breakers and pools this client reads and changes. */
  get project(): string {
    return projectNear(this.options, this.options.directory);
  }

  /** The circuit breaker of an agent, in this project or the one that `project` or `taskQueue` name. */
  breaker(agent: string, where: { project?: string; taskQueue?: string } = {}): BreakerHandle {
    return breakerOf(this.client, this.known, { agent, ...where });
  }

  /** The running circuit breakers on the server, and those of the configured agents, in no particular order. */
  async breakers(): Promise<ListedBreaker[]> {
    return await listBreakers(this.client, this.known);
  }

  /** The runs on this server, newest first; the options choose some of them. Throws InvalidInputError, RefusedError. */
  async runs(options: RunsOptions = {}): Promise<RunSummary[]> {
    return await listRuns(this.client, options);
  }

  /** What waits for people, over all runs, and the runs that could not report it. Throws InvalidInputError, RefusedError. */
  async inbox(options: InboxOptions = {}): Promise<Inbox> {
    return await readInbox(this.client, options);
  }

  /** The approvals that wait, of tasks and of made plans, over all runs; what has waited longest comes first. Throws as `inbox` does. */
  async approvals(options: Omit<InboxOptions, 'kinds'> = {}): Promise<readonly InboxItem[]> {
    return (await this.inbox({ ...options, kinds: ['approval', 'plan'] })).items;
  }

  /** The plan that a run was started with. Throws RunNotFoundError. */
  async planOf(id: string): Promise<Plan> {
    const run = this.run(id);
    await run.describe();
    return await run.plan();
  }

  /** The server's description of a run, its plan and its present state, at one moment. Throws RunNotFoundError. */
  async inspect(id: string): Promise<RunInspection> {
    return await inspectRun(this.client, this.run(id));
  }

  /** The number of workers that poll a Task Queue; with `lasting`, without the workers inside `baton run`, which end with it. */
  async pollers(taskQueue: string, { lasting = false }: { lasting?: boolean } = {}): Promise<number> {
    return await (lasting ? countLastingPollers : countPollers)(this.client, taskQueue);
  }

  /** A pool by its name, in this project or the one that its settings, `project` or `taskQueue` name. */
  pool(name: string, where: { project?: string; taskQueue?: string } = {}): PoolHandle {
    return poolOf(this.client, this.known, { name, ...where });
  }

  /** What a run may carry in one payload, if this client stores values; empty if it does not. */
  private get valueLimit(): { valueLimit?: number } {
    return storesValues(this.client.options.loadedDataConverter) ? { valueLimit: MAX_STORED_VALUE_BYTES } : {};
  }

  private get known() {
    return { ...this.options, project: this.project };
  }

  async close(): Promise<void> {
    this.closing?.abort(new Error('the client was closed before the run ended'));
    await this.release();
  }

  /** For `await using`. */
  [Symbol.asyncDispose] = (): Promise<void> => this.close();
}
