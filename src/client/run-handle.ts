// A handle on one run: reads its state, sends it messages, waits for its result.
import {
  QueryNotRegisteredError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
} from '@temporalio/client';
import type { BudgetAddition } from '../domain/budget/budget.js';
import { defined } from '../domain/json/defined.js';
import type { Plan } from '../domain/plan/plan.js';
import { shown } from '../domain/problem.js';
import {
  MESSAGES,
  type Approval,
  type BudgetRaise,
  type EventReceipt,
  type RetryChoice,
  type SignalledEvent,
  type SentEvent,
  type SnapshotRequest,
} from '../domain/run/messages.js';
import { ORCHESTRATE } from '../domain/run/input.js';
import type { RunResult } from '../domain/run/result.js';
import type { RunEvent } from '../domain/run/run-event.js';
import { jobWaitsOf, withJobWaits } from '../domain/run/waiting.js';
import { ANSWER_WITHIN_MS, askWorker } from '../temporal/ask-worker.js';
import { cancelWorkflow } from '../temporal/cancel-workflow.js';
import { countPollers } from '../temporal/pollers.js';
import { resetActivities } from '../temporal/reset-activities.js';
import { isUnknownUpdate } from '../temporal/dropped-update.js';
import { sendUpdate } from '../temporal/send-update.js';
import { awaitResult, type OnWaiting } from './await-result.js';
import { parseAddition } from './budget.js';
import {
  checkApproval,
  checkEvent,
  untilStarted,
  updateError,
  type EventDelivery,
  type EventOptions,
} from './messages.js';
import { readEvents, type EventsOptions } from './events/read-events.js';
import { resultOfEnd } from './result-of-end.js';
import { waitWithin, type ResultWait } from './result-wait.js';
import { NoWorkerError, RefusedError, RunNotFoundError } from './errors.js';
import { taskOfActivity, withPendingActivities } from './pending-activities.js';
import { readRunInput } from './read-run-input.js';
import { subRunsIn } from './sub-runs.js';
import { WhichRun, type RunMark } from './which-run.js';

const isOpen = ({ status }: WorkflowExecutionDescription): boolean => status.name === 'RUNNING';

export interface RunObservation {
  readonly description: WorkflowExecutionDescription;
  readonly snapshot: RunResult;
  /** The ids of the runs of its sub-plans that are in progress. */
  readonly below: readonly string[];
}

/** How a handle waits for its run. */
export interface RunWaits {
  readonly onWaiting?: OnWaiting | undefined;
  /** Aborts when the client is closed. Without it, the handle does not know when that happens, and does not wait for the server. */
  readonly closed?: AbortSignal | undefined;
}

/** The result of a run whose output has this type. The output of a run that has not completed is `null`, whatever its type. */
export type ResultOf<O> = RunResult & { readonly output: O };

export class RunHandle<O = unknown> {
  private readonly which: WhichRun;
  private seen: { readonly description: WorkflowExecutionDescription; readonly at: number } | undefined;

  constructor(
    private readonly client: Client,
    readonly id: string,
    private readonly waits: RunWaits = {},
    mark: RunMark = {},
  ) {
    this.which = new WhichRun(client, id, mark);
  }

  /** Cancels only reach the run of this handle; queries and updates go to the newest one, which is the one in progress. */
  private get workflow(): WorkflowHandle {
    return this.client.workflow.getHandle(this.id, undefined, defined({ firstExecutionRunId: this.which.firstRunId }));
  }

  /**
   * Waits until a run that was queued has started; a run that was not queued has. Throws RefusedError if it was withdrawn, or superseded by
   * a later `replace`; the reason of the signal when it aborts.
   */
  async started(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await this.which.started(options);
  }

  /** The present state of the run; its result if it has ended. `outputs: false` leaves out the outputs of its tasks. */
  async snapshot(request: SnapshotRequest = {}): Promise<RunResult> {
    return (await this.observe(request)).snapshot;
  }

  /** As `snapshot`, with the server's description of the run and its sub-plans. A description that is new enough is used. */
  async observe(request: SnapshotRequest = {}, known?: WorkflowExecutionDescription): Promise<RunObservation> {
    const description = known ?? (await this.describe());
    if (description.status.name !== 'RUNNING') return { description, snapshot: await this.result(), below: [] };
    const result = await this.ask(description, () =>
      this.workflow.query<RunResult, [SnapshotRequest]>(MESSAGES.snapshot, request),
    );
    const tasks = await withPendingActivities(this.client, result.tasks, description);
    const snapshot = withJobWaits({ ...result, tasks }, jobWaitsOf(tasks));
    return { description, snapshot, below: subRunsIn(description) };
  }

  /** The plan that the run was started with. Throws RefusedError if it cannot be read. */
  async plan(): Promise<Plan> {
    return (await readRunInput(this.client, this.id, await this.which.presentRunId())).plan;
  }

  /**
   * Waits until the run has started and has ended, in whichever way. If it waits for a worker or for the server, `onWaiting` receives that within seconds,
   * and the waiting continues. Throws RunNotFoundError, RunLostError; ResultTimeoutError if the run has not ended within the time, and
   * the reason of the signal when it aborts. Neither has an effect on the run.
   */
  async result({ onWaiting = this.waits.onWaiting, ...wait }: ResultWait = {}): Promise<ResultOf<O>> {
    const end = await waitWithin(this.id, wait, (stop) => this.untilEnd(stop, onWaiting));
    return end as ResultOf<O>;
  }

  private async untilEnd(stop: AbortSignal | undefined, onWaiting: OnWaiting | undefined): Promise<RunResult> {
    const { closed } = this.waits;
    const signals = [stop, closed].filter((one) => one !== undefined);
    const options = {
      client: this.client,
      id: this.id,
      outlastsServer: closed !== undefined,
      ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
      ...defined({ onWaiting }),
    };
    try {
      await this.started(defined({ signal: options.signal }));
      return (await awaitResult(() => this.requestResult(stop), options)) as RunResult;
    } catch (error) {
      return await resultOfEnd(this.id, error, async () => (await this.describe()).memo);
    }
  }

  /**
   * What happens in the run, from its start to its end, in order and each event once; `after`: from a position on. Waits for what is to come, also
   * through a time without workers or server, and ends with `run.ended`. A sub-plan is a run of its own, `baton.run('RUN/TASK')`. Throws
   * RunNotFoundError, InvalidInputError; RefusedError if the worker is too old; the reason of the signal when it aborts.
   */
  events(options: EventsOptions = {}): AsyncGenerator<RunEvent, void, undefined> {
    const { client, id, which, waits } = this;
    return readEvents({ client, id, which, waits, result: (wait) => this.result(wait) }, options);
  }

  async pause(): Promise<void> {
    await this.update(MESSAGES.pause);
  }

  async resume(): Promise<void> {
    await this.update(MESSAGES.resume);
  }

  /**
   * Requests the run to stop, and to undo its work. Returns as soon as the server has recorded the request. A run that is queued is
   * withdrawn. `reason` is recorded with the request, in the history of the run.
   */
  async cancel({ reason }: { readonly reason?: string | undefined } = {}): Promise<void> {
    if (await this.which.withdraw()) return;
    await this.describeOpen();
    if (reason === undefined) await this.workflow.cancel();
    else await cancelWorkflow(this.client, { id: this.id, firstExecutionRunId: this.which.firstRunId, reason });
  }

  async approve(
    task: string,
    answer: { reject?: boolean; comment?: string; by?: string; plan?: unknown } = {},
  ): Promise<void> {
    checkApproval(answer);
    const { reject = false, ...rest } = answer;
    await this.update(MESSAGES.approve, { task, decision: reject ? 'reject' : 'approve', ...rest } satisfies Approval);
  }

  /** Retries a running task now: cancels the wait between attempts, or abandons a call that hangs. */
  async retryTask(task: string, { reason }: { readonly reason?: string | undefined } = {}): Promise<void> {
    await this.update(MESSAGES.retryTask, { task, ...defined({ reason }) } satisfies RetryChoice);
    await resetActivities(this.client, await this.describe(), (id) => taskOfActivity(id) === task);
  }

  /** Skips a task that has not started. */
  async skipTask(task: string): Promise<void> {
    await this.update(MESSAGES.skipTask, { task });
  }

  /** Raises the budget of the run; a run that its budget has paused resumes. Throws InvalidInputError. */
  async raiseBudget(add: BudgetAddition): Promise<void> {
    await this.update(MESSAGES.raiseBudget, { add: parseAddition(add) } satisfies BudgetRaise);
  }

  /**
   * Delivers an event to the task that waits for it, or will wait for it. An event that is sent again under the same `id` is received
   * once. Throws InvalidInputError if the event cannot be sent, RefusedError if no task of the run takes it.
   */
  async deliverEvent(name: string, data: unknown = null, options: EventOptions = {}): Promise<EventDelivery> {
    const { id } = options;
    const event = { name, data, ...defined({ id }) } satisfies SentEvent;
    checkEvent(event);
    try {
      const receipt = await this.update<EventReceipt>(MESSAGES.sendEvent, event, options);
      if (receipt.event === name) return receipt;
      throw new RefusedError(
        `id ${shown(id)}: run ${this.id} has received another event under it, ${shown(receipt.event)}`,
      );
    } catch (error) {
      if (!(error instanceof RefusedError) || !isUnknownUpdate(error.cause)) throw error;
      return await this.signalEvent(event);
    }
  }

  /** For a run on an older worker, which cannot refuse an event. */
  private async signalEvent({ name, data, id }: SentEvent): Promise<EventDelivery> {
    if ((await this.describe()).type !== ORCHESTRATE) throw new RefusedError(`${this.id} is not a run of Baton`);
    const older = `the worker of run ${this.id} is older than this client`;
    if (id !== undefined)
      throw new RefusedError(
        `id: ${older}, and would receive an event twice that is sent twice; send it without an id, or update the worker`,
      );
    await this.workflow.signal<[SignalledEvent]>(MESSAGES.deliverEvent, { name, data });
    return { event: name, state: 'sent', tasks: [] };
  }

  /** Throws RunNotFoundError. */
  async describe(): Promise<WorkflowExecutionDescription> {
    try {
      return await this.which.describe();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw new RunNotFoundError(this.id);
      throw error;
    }
  }

  /** Throws RefusedError if the run has ended. */
  private async describeOpen(): Promise<WorkflowExecutionDescription> {
    const description = await this.describe();
    if (isOpen(description)) return description;
    throw new RefusedError(`run ${this.id} has ended (${description.status.name.toLowerCase()})`);
  }

  private async update<T = void>(name: string, message?: unknown, { id, sameForMs }: EventOptions = {}): Promise<T> {
    const description = this.seenWithin(sameForMs) ?? (await this.lookForUpdate(id));
    const send = () => {
      const until = Date.now() + ANSWER_WITHIN_MS;
      return this.ask(description, () => sendUpdate<T>(this.workflow, { name, message, id, until }));
    };
    try {
      return await untilStarted(send);
    } catch (error) {
      throw updateError(this.id, error);
    }
  }

  private seenWithin(ms = 0): WorkflowExecutionDescription | undefined {
    return this.seen !== undefined && Date.now() - this.seen.at < ms ? this.seen.description : undefined;
  }

  private async lookForUpdate(id: string | undefined): Promise<WorkflowExecutionDescription> {
    this.seen = undefined;
    // The server still knows the answer to an update that an ended run has received under the same id.
    const description = id === undefined ? await this.describeOpen() : await this.describe();
    // Without a worker the update would time out here, and yet be delivered if a worker comes soon after.
    if (isOpen(description) && (await countPollers(this.client, description.taskQueue)) === 0)
      throw new NoWorkerError(description.taskQueue);
    this.seen = { description, at: Date.now() };
    return description;
  }

  private async ask<T>({ taskQueue }: WorkflowExecutionDescription, request: () => Promise<T>): Promise<T> {
    try {
      return await askWorker(this.client, taskQueue, request);
    } catch (error) {
      if (error instanceof QueryNotRegisteredError) throw new RefusedError(`${this.id} is not a run of Baton`);
      throw error;
    }
  }

  private async requestResult(stop: AbortSignal | undefined): Promise<unknown> {
    // From there, the SDK follows the run through continue-as-new.
    const workflow = this.client.workflow.getHandle(this.id, await this.which.presentRunId());
    if (stop === undefined) return await workflow.result();
    return await this.client.withAbortSignal(stop, () => workflow.result());
  }
}
