// One run, from outside: look at it, act on it, wait for it.
import {
  ApplicationFailure,
  CancelledFailure,
  QueryNotRegisteredError,
  ServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
} from '@temporalio/client';
import type { Addition } from '../domain/budget.js';
import { MESSAGES, type Approval, type BudgetRaise, type RunEvent, type SnapshotRequest } from '../domain/messages.js';
import { RESULT_MEMO, type RunResult } from '../domain/run-result.js';
import { parseAddition } from './budget.js';
import { NoWorker, Refused, RunLost, RunNotFound } from './errors.js';
import { pollersOf } from './pollers.js';
import { resetActivities } from './reset-activities.js';
import { retryingTasks } from './retrying.js';
import { sendUpdate } from './send-update.js';

/** A query or an update that nobody has answered by then finds no worker. */
const ANSWER_WITHIN_MS = 8_000;

/** A sub-plan, by what follows the id of its run: `solve`, `each[3]`; not its undoing. */
const BELOW = /^\w+(?:\[\d+\])?$/;

export interface RunLook {
  readonly snapshot: RunResult;
  /** The ids of the runs of its sub-plans that are at work. */
  readonly below: readonly string[];
}

export class RunHandle {
  private readonly workflow: WorkflowHandle;

  constructor(
    private readonly client: Client,
    readonly id: string,
  ) {
    this.workflow = client.workflow.getHandle(id);
  }

  /** How the run stands: its result if it has ended. `outputs: false` leaves out the outputs of its tasks. */
  async snapshot(request: SnapshotRequest = {}): Promise<RunResult> {
    return (await this.look(request)).snapshot;
  }

  /** As `snapshot`, with what the server knows of its sub-plans. */
  async look(request: SnapshotRequest = {}): Promise<RunLook> {
    const description = await this.describe();
    if (description.status.name !== 'RUNNING') return { snapshot: await this.result(), below: [] };
    const result = await this.ask(description, () =>
      this.workflow.query<RunResult, [SnapshotRequest]>(MESSAGES.snapshot, request),
    );
    const snapshot = { ...result, tasks: retryingTasks(result.tasks, description) };
    return { snapshot, below: this.belowIn(description) };
  }

  /** Waits for the end, whichever it is. Throws RunNotFound, RunLost. */
  async result(): Promise<RunResult> {
    try {
      return (await this.workflow.result()) as RunResult;
    } catch (error) {
      return await this.resultOf(error);
    }
  }

  async pause(): Promise<void> {
    await this.update(MESSAGES.pause);
  }

  async resume(): Promise<void> {
    await this.update(MESSAGES.resume);
  }

  /** Asks the run to stop, and to undo what it did. Returns as soon as the request is recorded. */
  async cancel(): Promise<void> {
    const { status } = await this.describe();
    if (status.name !== 'RUNNING') throw new Refused(`run ${this.id} has ended (${status.name.toLowerCase()})`);
    await this.workflow.cancel();
  }

  async approve(
    task: string,
    answer: { reject?: boolean; comment?: string; by?: string; plan?: unknown } = {},
  ): Promise<void> {
    const { reject = false, ...rest } = answer;
    await this.update(MESSAGES.approve, { task, decision: reject ? 'reject' : 'approve', ...rest } satisfies Approval);
  }

  /** Tries a running task again now: a wait between attempts is cut short, a call that hangs is given up. */
  async retryTask(task: string): Promise<void> {
    await this.update(MESSAGES.retryTask, { task });
    await resetActivities(this.client, await this.describe(), task);
  }

  /** Skips a task that has not started. */
  async skipTask(task: string): Promise<void> {
    await this.update(MESSAGES.skipTask, { task });
  }

  /** Raises what the run may spend; a run that its budget has paused goes on. Throws InvalidInputError. */
  async raiseBudget(add: Addition): Promise<void> {
    await this.update(MESSAGES.raiseBudget, { add: parseAddition(add) } satisfies BudgetRaise);
  }

  async deliverEvent(name: string, data: unknown = null): Promise<void> {
    const { status } = await this.describe();
    if (status.name !== 'RUNNING') throw new Refused(`run ${this.id} has ended (${status.name.toLowerCase()})`);
    await this.workflow.signal<[RunEvent]>(MESSAGES.deliverEvent, { name, data });
  }

  /** Throws RunNotFound. */
  async describe(): Promise<WorkflowExecutionDescription> {
    try {
      return await this.workflow.describe();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw new RunNotFound(this.id);
      throw error;
    }
  }

  private belowIn({ raw }: WorkflowExecutionDescription): string[] {
    const start = `${this.id}/`;
    const ids = (raw.pendingChildren ?? []).map(({ workflowId }) => workflowId ?? '');
    return ids.filter((id) => id.startsWith(start) && BELOW.test(id.slice(start.length)));
  }

  private async update(name: string, message?: unknown): Promise<void> {
    const description = await this.describe();
    if (description.status.name !== 'RUNNING') {
      throw new Refused(`run ${this.id} has ended (${description.status.name.toLowerCase()})`);
    }
    // An update that nobody takes is not recorded, yet would be delivered should a worker come after we have given up.
    if ((await pollersOf(this.client, description.taskQueue)) === 0) throw new NoWorker(description.taskQueue);
    const until = Date.now() + ANSWER_WITHIN_MS;
    try {
      await this.ask(description, () => sendUpdate(this.workflow, { name, message, until }));
    } catch (error) {
      if (error instanceof WorkflowUpdateFailedError) throw new Refused(error.cause?.message ?? error.message);
      if (error instanceof WorkflowNotFoundError) throw new Refused(`run ${this.id} has ended`);
      throw error;
    }
  }

  /** What only a worker can answer is not asked where no worker polls: it would wait in silence. */
  private async ask<T>({ taskQueue }: WorkflowExecutionDescription, question: () => Promise<T>): Promise<T> {
    try {
      return await this.client.withDeadline(Date.now() + ANSWER_WITHIN_MS, question);
    } catch (error) {
      if (error instanceof QueryNotRegisteredError) throw new Refused(`${this.id} is no run of Baton`);
      if (!(error instanceof ServiceError)) throw error;
      if ((await pollersOf(this.client, taskQueue)) === 0) throw new NoWorker(taskQueue);
      throw error;
    }
  }

  private async resultOf(error: unknown): Promise<RunResult> {
    if (error instanceof WorkflowNotFoundError) throw new RunNotFound(this.id);
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    if (cause instanceof ApplicationFailure && cause.type === 'RunFailed') return cause.details![0] as RunResult;
    if (cause instanceof CancelledFailure) {
      const { memo } = await this.describe();
      const result = memo?.[RESULT_MEMO];
      if (result !== undefined) return result as RunResult;
    }
    throw new RunLost(this.id, cause === undefined ? 'ended' : `ended: ${cause.message}`);
  }
}
