// The spending of a task that makes several calls: of a planner, a sub-plan, an aggregator. Each is charged when it has ended. A
// call is made only if both the hold of the task and the budget of the task itself cover it.
import { defined } from '../../domain/json/defined.js';
import { exceededLimits, remainingLimits, type Limits } from '../../domain/budget/budget.js';
import { addUsage, NO_USAGE, type Usage } from '../../domain/call/usage.js';
import { chargeOf, combine, estimateOf, learn } from '../../domain/budget/ledger.js';
import { itemName } from '../../domain/call/name.js';
import { entry } from '../../domain/json/own-property.js';
import { failure } from '../../domain/failure.js';
import { jointOrigin, type Origin } from '../../domain/call/origin.js';
import type { Outcome } from '../../domain/call/outcome.js';
import { declaredEstimate, waitForHold } from '../budget.js';
import { outcomeFromError } from '../calls/outcome-from-error.js';
import type { Run } from '../run.js';
import { callAgent, type Call } from './call-agent.js';
import type { Settlement, Work } from './work.js';

export class Spending {
  private usage = NO_USAGE;
  /** The amount charged to the budget, which may be more than the known usage. */
  private charged = NO_USAGE;
  /** The origins of all outputs so far. */
  private readonly origins: (Origin | undefined)[] = [];
  private readonly startedAt = Date.now();

  constructor(
    private readonly run: Run,
    private readonly work: Work,
    private readonly own: Limits = {},
  ) {}

  get spent(): Usage {
    return this.charged;
  }

  /** What is left of the budget of the task itself. */
  get left(): Limits {
    return remainingLimits(this.own, this.charged, Date.now() - this.startedAt);
  }

  /** Makes a call, as soon as there is room for it. */
  async call(call: Call): Promise<Outcome> {
    const { escrow } = this.run.progress;
    const estimate = escrow === undefined ? declaredEstimate(this.run, call.agent) : estimateOf(escrow, call.agent);
    const over = exceededLimits(this.left, estimate);
    if (over.length > 0) {
      const why = `the remaining budget of the task does not cover a call of ${call.agent}: ${over.join(', ')}`;
      return { status: 'failed', attempts: 0, failure: failure('BudgetExceeded', why) };
    }
    try {
      await waitForHold(this.run, this.key, this.charged, estimate);
    } catch (error) {
      return outcomeFromError(error);
    }
    const { outcome } = await callAgent(this.run, this.work, call);
    if (escrow !== undefined) learn(escrow, call.agent, outcome);
    this.count(outcome, chargeOf(outcome, { agent: call.agent, estimate }));
    return outcome;
  }

  /** How the task ends, with its total usage. */
  settle({ outcome, ...rest }: Settlement): Settlement {
    const spent = { usage: this.usage, charged: this.charged };
    if (outcome.status !== 'succeeded') return { ...rest, outcome: { ...outcome, ...spent } };
    const { origin: _, ...own } = outcome;
    const origin = jointOrigin(this.origins);
    return { ...rest, outcome: { ...own, ...spent, ...defined({ origin }) } };
  }

  /** Charges a sub-plan that has ended. */
  countSubPlan({ outcome }: Settlement): void {
    const held = entry(this.run.progress.escrow?.held ?? {}, this.key);
    const estimate = combine(held?.estimate ?? NO_USAGE, this.charged, (all, spent) => Math.max(0, all - spent));
    this.count(outcome, chargeOf(outcome, { estimate }));
  }

  private count(outcome: Outcome, charge: Usage): void {
    this.usage = addUsage(this.usage, outcome.usage);
    this.charged = addUsage(this.charged, charge);
    if (outcome.status === 'succeeded') this.origins.push(outcome.origin);
  }

  private get key(): string {
    return itemName(this.work.task.id, this.work.index);
  }
}
