// A run that a test drives event by event.
import { advance, takeReady } from '../../src/domain/progress/advance.js';
import type { EscrowSources } from '../../src/domain/budget/ledger.js';
import { failure, type FailureType } from '../../src/domain/failure.js';
import { buildGraph, type Graph } from '../../src/domain/plan/graph.js';
import type { Outcome, OutcomeStatus } from '../../src/domain/call/outcome.js';
import type { Plan, Task } from '../../src/domain/plan/plan.js';
import { createProgress, stateOf } from '../../src/domain/progress/progress.js';
import type { Progress, TaskState } from '../../src/domain/progress/state.js';
import type { ProgressEvent } from '../../src/domain/progress/event.js';

/** A task that calls an agent. */
export const call: Task = { agent: 'echo' };

export class DrivenRun {
  readonly graph: Graph;
  readonly progress: Progress;

  constructor(tasks: Record<string, Task>, head: Partial<Plan> = {}, budget?: EscrowSources) {
    this.graph = buildGraph({ name: 'p', ...head, tasks });
    this.progress = createProgress(this.graph, budget);
  }

  send(event: ProgressEvent): this {
    advance(this.graph, this.progress, event);
    return this;
  }

  /** Takes what may start now, by the names of tasks and items: `a`, `each[0]`, `b (left out)`. Nothing starts. */
  ready(): string[] {
    const names = new Set<string>();
    for (;;) {
      const ready = takeReady(this.graph, this.progress);
      if (ready === undefined) return [...names];
      const { task, index, isLeftOut } = ready;
      names.add(`${task}${index === undefined ? '' : `[${index}]`}${isLeftOut ? ' (left out)' : ''}`);
    }
  }

  start(...tasks: string[]): this {
    for (const task of tasks) this.send({ type: 'started', task, now: 1 });
    return this;
  }

  end(task: string, status: OutcomeStatus = 'succeeded', more: Partial<Outcome> = {}): this {
    return this.send({ type: 'settled', task, outcome: outcome(status, more), now: 2 });
  }

  /** Opens a forEach, and starts its first items. */
  open(task: string, total: number, { tolerated = 0, started = total } = {}): this {
    this.start(task).send({ type: 'expanded', task, total, tolerated, now: 1 });
    for (let index = 0; index < started; index++) this.send({ type: 'itemStarted', task, index });
    return this;
  }

  endItem(task: string, index: number, status: OutcomeStatus = 'succeeded', more: Partial<Outcome> = {}): this {
    return this.send({ type: 'itemSettled', task, index, outcome: outcome(status, more), now: 2 });
  }

  skip(task: string): this {
    return this.send({ type: 'skipped', task, now: 2 });
  }

  cancel(): this {
    return this.send({ type: 'stopped', verdict: 'cancelled', failure: failure('RunCancelled', 'cancelled'), now: 3 });
  }

  conclude(): this {
    return this.send({ type: 'concluded', now: 4 });
  }

  state(task: string): TaskState {
    return stateOf(this.progress, task);
  }

  status(task: string): string {
    return this.state(task).status;
  }
}

export const runOf = (...of: ConstructorParameters<typeof DrivenRun>): DrivenRun => new DrivenRun(...of);

/** A run that continues after a failure. */
export const runOn = (tasks: Record<string, Task>, head: Partial<Plan> = {}): DrivenRun =>
  new DrivenRun(tasks, { onFailure: 'continue', ...head });

const FAILURES: Record<Exclude<OutcomeStatus, 'succeeded'>, FailureType> = {
  failed: 'AgentRefused',
  unknown: 'Timeout',
  cancelled: 'Cancelled',
};

export const outcome = (status: OutcomeStatus, more: Partial<Outcome> = {}): Outcome =>
  ({
    status,
    attempts: 1,
    ...(status === 'succeeded' ? { output: null } : { failure: failure(FAILURES[status], `it ${status}`) }),
    ...more,
  }) as Outcome;
