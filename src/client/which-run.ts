// Which of the runs that have had an id: runs of one id may follow each other, and the id alone means the newest.
import {
  QueryNotRegisteredError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
} from '@temporalio/client';
import { defined } from '../domain/json/defined.js';
import { askWorker } from '../temporal/ask-worker.js';
import { describeChain } from '../temporal/chain.js';
import { RefusedError, RunNotFoundError } from './errors.js';
import { awaitTurn, ticketState, withdrawStart } from './run-queue.js';

/** Without either: the newest run. */
export interface RunMark {
  /** The first execution of the run. */
  readonly firstRunId?: string;
  /** The ticket of a start that waits, or has waited, until another run of this id has ended. */
  readonly ticket?: string;
}

export const isOpen = ({ status }: WorkflowExecutionDescription): boolean => status.name === 'RUNNING';

export class WhichRun {
  firstRunId: string | undefined;
  private readonly ticket: string | undefined;

  constructor(
    private readonly client: Client,
    private readonly id: string,
    { firstRunId, ticket }: RunMark,
  ) {
    this.firstRunId = firstRunId;
    this.ticket = ticket;
  }

  /** The run was queued, and this handle does not know that it has started. */
  private get waiting(): string | undefined {
    return this.firstRunId === undefined ? this.ticket : undefined;
  }

  /** Waits until the run has started. Throws RefusedError if it never will; the reason of the signal when it aborts. */
  async started({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (this.waiting !== undefined) this.firstRunId = await awaitTurn(this.client, this.id, this.waiting, { signal });
  }

  /** Throws RefusedError if the run has not started. */
  async requireStarted(): Promise<void> {
    if (this.waiting === undefined) return;
    const state = await ticketState(this.client, this.id, this.waiting);
    if (state.is !== 'started')
      throw new RefusedError(`run ${this.id} has not started: it is queued behind another run of this id`);
    this.firstRunId = state.runId;
  }

  /** True if the run was still queued, and will not start. Throws RefusedError if it has started meanwhile. */
  async withdraw(): Promise<boolean> {
    if (this.waiting === undefined) return false;
    const { is } = await ticketState(this.client, this.id, this.waiting);
    if (is !== 'queued' && is !== 'starting') return false;
    await withdrawStart(this.client, this.id, this.waiting);
    return true;
  }

  /** Throws RefusedError if the run has not started; RunNotFoundError. */
  async describe(): Promise<WorkflowExecutionDescription> {
    await this.requireStarted();
    try {
      return await describeChain(this.client, this.id, this.firstRunId);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw new RunNotFoundError(this.id);
      throw error;
    }
  }

  /** Throws as `describe` does; RefusedError if the run has ended. */
  async describeOpen(): Promise<WorkflowExecutionDescription> {
    const description = await this.describe();
    if (isOpen(description)) return description;
    throw new RefusedError(`run ${this.id} has ended (${description.status.name.toLowerCase()})`);
  }

  /** The present execution of the run; `undefined`: that of the newest run. */
  async presentRunId(): Promise<string | undefined> {
    await this.requireStarted();
    return this.firstRunId === undefined ? undefined : (await this.describe()).runId;
  }

  /** Cancels only reach this run; queries and updates go to the newest one of its id, which is the one in progress. */
  get workflow(): WorkflowHandle {
    return this.client.workflow.getHandle(this.id, undefined, defined({ firstExecutionRunId: this.firstRunId }));
  }

  /** A query or an update of this run, as `askWorker` sends it. Throws RefusedError if the Workflow of this id is not a run. */
  async ask<T>({ taskQueue }: WorkflowExecutionDescription, request: () => Promise<T>): Promise<T> {
    try {
      return await askWorker(this.client, taskQueue, request);
    } catch (error) {
      if (error instanceof QueryNotRegisteredError) throw new RefusedError(`${this.id} is not a run of Baton`);
      throw error;
    }
  }
}
