// A handle on one run: reads its state, sends it messages, waits for its result.
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { BudgetAddition } from '../domain/budget/budget.js';
import { defined } from '../domain/json/defined.js';
import type { Plan } from '../domain/plan/plan.js';
import {
  MESSAGES,
  type Approval,
  type BudgetRaise,
  type RetryChoice,
  type SnapshotRequest,
} from '../domain/run/messages.js';
import type { RunResult } from '../domain/run/result.js';
import type { RunEvent } from '../domain/run/run-event.js';
import { jobWaitsOf, withJobWaits } from '../domain/run/waiting.js';
import { cancelWorkflow } from '../temporal/cancel-workflow.js';
import { resetActivities } from '../temporal/reset-activities.js';
import { awaitResult, type OnWaiting } from './await-result.js';
import { parseAddition } from './budget.js';
import { readEvents, type EventsOptions } from './events/read-events.js';
import { checkApproval, type EventDelivery, type EventOptions } from './messages.js';
import { taskOfActivity, withPendingActivities } from './pending-activities.js';
import { readRunInput } from './read-run-input.js';
import { resultOfEnd } from './result-of-end.js';
import { waitWithin, type ResultWait } from './result-wait.js';
import { RunUpdates } from './run-updates.js';
import { subRunsIn } from './sub-runs.js';
import { isOpen, WhichRun, type RunMark } from './which-run.js';

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
  private readonly updates: RunUpdates;

  constructor(
    private readonly client: Client,
    readonly id: string,
    private readonly waits: RunWaits = {},
    mark: RunMark = {},
  ) {
    this.which = new WhichRun(client, id, mark);
    this.updates = new RunUpdates(client, id, this.which);
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
    if (!isOpen(description)) return { description, snapshot: await this.result(), below: [] };
    const result = await this.which.ask(description, () =>
      this.which.workflow.query<RunResult, [SnapshotRequest]>(MESSAGES.snapshot, request),
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
    await this.updates.send(MESSAGES.pause);
  }

  async resume(): Promise<void> {
    await this.updates.send(MESSAGES.resume);
  }

  /**
   * Requests the run to stop, and to undo its work. Returns as soon as the server has recorded the request. A run that is queued is
   * withdrawn. `reason` is recorded with the request, in the history of the run.
   */
  async cancel({ reason }: { readonly reason?: string | undefined } = {}): Promise<void> {
    if (await this.which.withdraw()) return;
    await this.which.describeOpen();
    if (reason === undefined) await this.which.workflow.cancel();
    else await cancelWorkflow(this.client, { id: this.id, firstExecutionRunId: this.which.firstRunId, reason });
  }

  async approve(
    task: string,
    answer: { reject?: boolean; comment?: string; by?: string; plan?: unknown } = {},
  ): Promise<void> {
    checkApproval(answer);
    const { reject = false, ...rest } = answer;
    await this.updates.send(MESSAGES.approve, {
      task,
      decision: reject ? 'reject' : 'approve',
      ...rest,
    } satisfies Approval);
  }

  /** Retries a running task now: cancels the wait between attempts, or abandons a call that hangs. */
  async retryTask(task: string, { reason }: { readonly reason?: string | undefined } = {}): Promise<void> {
    await this.updates.send(MESSAGES.retryTask, { task, ...defined({ reason }) } satisfies RetryChoice);
    await resetActivities(this.client, await this.describe(), (id) => taskOfActivity(id) === task);
  }

  /** Skips a task that has not started. */
  async skipTask(task: string): Promise<void> {
    await this.updates.send(MESSAGES.skipTask, { task });
  }

  /** Raises the budget of the run; a run that its budget has paused resumes. Throws InvalidInputError. */
  async raiseBudget(add: BudgetAddition): Promise<void> {
    await this.updates.send(MESSAGES.raiseBudget, { add: parseAddition(add) } satisfies BudgetRaise);
  }

  /**
   * Delivers an event to the task that waits for it, or will wait for it. An event that is sent again under the same `id` is received
   * once. Throws InvalidInputError if the event cannot be sent, RefusedError if no task of the run takes it.
   */
  async deliverEvent(name: string, data: unknown = null, options: EventOptions = {}): Promise<EventDelivery> {
    const { id } = options;
    return await this.updates.sendEvent({ name, data, ...defined({ id }) }, options);
  }

  /** Throws RunNotFoundError. */
  async describe(): Promise<WorkflowExecutionDescription> {
    return await this.which.describe();
  }

  private async requestResult(stop: AbortSignal | undefined): Promise<unknown> {
    // From there, the SDK follows the run through continue-as-new.
    const workflow = this.client.workflow.getHandle(this.id, await this.which.presentRunId());
    if (stop === undefined) return await workflow.result();
    return await this.client.withAbortSignal(stop, () => workflow.result());
  }
}
