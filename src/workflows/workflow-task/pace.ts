// Limits what a run evaluates in one activation. All Workflows of a worker share a thread, and an activation that takes longer than
// `isolateExecutionTimeout` ends the worker. Expressions that do not fit wait for the next activation, behind a timer.
// The cost depends only on the expressions and their data, and starts at 0 with each Workflow Task, so a replay waits at the same
// points.
import { CancellationScope, sleep, workflowInfo } from '@temporalio/workflow';
import { allowance, type Allowance } from '../../domain/expression/expression.js';
import type { MaybePromise } from '../../domain/expression/maybe-promise.js';
import { CostCount } from './count-costs.js';

/** About half a second on an idle machine. The expression that exceeds it may take one more second. */
const COST_OF_ACTIVATION = 50_000_000;

interface Job {
  readonly evaluate: (from: Allowance) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

export class Pace {
  readonly costs = new CostCount();
  private spent = 0;
  /** The length of the history when counting started. */
  private at = -1;
  private readonly waiting: Job[] = [];

  /** Evaluates now, or in a later activation. Throws, or rejects with, what `evaluate` throws. */
  evaluate(evaluate: (from: Allowance) => unknown): MaybePromise<unknown> {
    if (this.waiting.length === 0 && this.hasRoom()) return this.count(evaluate);
    return new Promise((resolve, reject) => {
      this.waiting.push({ evaluate, resolve, reject });
      if (this.waiting.length === 1) void this.continueLater();
    });
  }

  private async continueLater(): Promise<void> {
    while (this.waiting.length > 0) {
      await CancellationScope.nonCancellable(() => sleep(1, { summary: 'evaluate the next expressions' }));
      while (this.waiting.length > 0 && this.hasRoom()) this.run(this.waiting.shift()!);
    }
  }

  private run({ evaluate, resolve, reject }: Job): void {
    try {
      resolve(this.count(evaluate));
    } catch (error) {
      reject(error);
    }
  }

  private count(evaluate: (from: Allowance) => unknown): unknown {
    const from = allowance();
    const { left } = from;
    try {
      return evaluate(from);
    } finally {
      this.spent += left - from.left;
      this.costs.note(left - from.left);
    }
  }

  private hasRoom(): boolean {
    const { historyLength } = workflowInfo();
    if (historyLength !== this.at) {
      this.at = historyLength;
      this.spent = 0;
      this.costs.report();
    }
    return this.spent < COST_OF_ACTIVATION;
  }
}
