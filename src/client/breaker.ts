// Circuit breakers from outside: look at one, turn it.
import {
  ServiceError,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import type { Agent } from '../domain/agent.js';
import { createCircuit, viewOf } from '../domain/breaker/circuit.js';
import {
  BREAKER_MESSAGES,
  breakerId,
  CIRCUIT_BREAKER,
  type BreakerTerms,
  type BreakerTurn,
  type BreakerView,
} from '../domain/breaker/messages.js';
import { durationMs } from '../domain/duration.js';
import { got } from '../domain/problem.js';
import { NoWorker, Refused } from './errors.js';
import { pollersOf } from './pollers.js';

const ANSWER_WITHIN_MS = 8_000;

export interface BreakerPlace {
  readonly taskQueue: string;
  /** Of the configuration, if it has it. */
  readonly agent?: Pick<Agent, 'breaker'> | undefined;
  /** What may have been meant. */
  readonly hint?: string | undefined;
}

export interface BreakerLook extends BreakerView {
  readonly taskQueue: string;
}

export class BreakerHandle {
  private readonly workflow: WorkflowHandle;
  private readonly terms: BreakerTerms | undefined;

  constructor(
    private readonly client: Client,
    readonly agent: string,
    private readonly place: BreakerPlace,
  ) {
    this.workflow = client.workflow.getHandle(breakerId(place.taskQueue, agent));
    const settings = place.agent?.breaker;
    // What a worker was started with is worth more than what somebody at a keyboard has on disk.
    this.terms = settings === undefined ? undefined : { settings, since: 0 };
  }

  get taskQueue(): string {
    return this.place.taskQueue;
  }

  /** A breaker that nobody has asked for a while is at rest: closed, and seen by no worker. Throws Refused, NoWorker. */
  async state(): Promise<BreakerLook> {
    const { taskQueue } = this.place;
    const view = (await this.isRunning())
      ? await this.answered(() => this.workflow.query<BreakerView, [number]>(BREAKER_MESSAGES.view, Date.now()))
      : viewOf(createCircuit(this.agent, this.known(), Date.now()), Date.now());
    return { ...view, taskQueue };
  }

  /** Lets no call through until it is closed or reset, or for so long (`10m`), after which calls may try. */
  open(during?: string): Promise<BreakerLook> {
    return this.turn(during === undefined ? { to: 'forced-open' } : { to: 'open', openMs: durationMs(during) });
  }

  /** Lets every call through, however they go, until it is opened or reset. */
  close(): Promise<BreakerLook> {
    return this.turn({ to: 'forced-closed' });
  }

  /** Closes it, forgets what it has seen, and leaves it to judge for itself. */
  reset(): Promise<BreakerLook> {
    return this.turn({ to: 'closed' });
  }

  private async turn(turn: BreakerTurn): Promise<BreakerLook> {
    const { taskQueue } = this.place;
    const isRunning = await this.isRunning();
    const terms = isRunning ? this.terms : this.known();
    // Nobody would take it, and whoever came later would find it turned.
    if ((await pollersOf(this.client, taskQueue)) === 0) throw new NoWorker(taskQueue);
    const input = { agent: this.agent, terms: terms ?? { settings: {}, since: 0 } };
    const view = await this.answered(() =>
      this.client.workflow.executeUpdateWithStart<() => Promise<void>, BreakerView, [BreakerTurn]>(
        BREAKER_MESSAGES.turn,
        {
          args: [turn],
          startWorkflowOperation: new WithStartWorkflowOperation(CIRCUIT_BREAKER, {
            workflowId: this.workflow.workflowId,
            taskQueue,
            args: [input],
            workflowIdConflictPolicy: 'USE_EXISTING',
            staticSummary: `the circuit breaker of ${this.agent}`,
          }),
        },
      ),
    );
    return { ...view, taskQueue };
  }

  private known(): BreakerTerms {
    if (this.terms !== undefined) return this.terms;
    const queue = JSON.stringify(this.place.taskQueue);
    throw new Refused(
      this.place.agent === undefined
        ? `there is no circuit breaker of an agent ${got(this.agent)} on the Task Queue ${queue}, and no such agent is configured${this.place.hint === undefined ? '' : `; ${this.place.hint}`}`
        : `agent ${got(this.agent)} has no circuit breaker: expected "breaker" in its settings`,
    );
  }

  private async isRunning(): Promise<boolean> {
    try {
      return (await this.workflow.describe()).status.name === 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  private async answered<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await this.client.withDeadline(Date.now() + ANSWER_WITHIN_MS, question);
    } catch (error) {
      const { taskQueue } = this.place;
      if (!(error instanceof ServiceError)) throw error;
      if ((await pollersOf(this.client, taskQueue)) === 0) throw new NoWorker(taskQueue);
      throw error;
    }
  }
}
