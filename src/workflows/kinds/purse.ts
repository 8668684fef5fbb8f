// What a task spends that makes several calls on its way: a planner's, a sub-plan, an aggregator's. Each is counted when it
// has ended, and none is made that is not covered by what is held for the task, and by what the task allows itself.
import { beyond, lessSpent, type Budget } from '../../domain/budget.js';
import { addUsage, NO_USAGE, type Usage } from '../../domain/call.js';
import { chargeOf, combine, entry, estimateOf, holdKey, learn } from '../../domain/escrow.js';
import { failure } from '../../domain/failure.js';
import { jointOrigin, type Origin } from '../../domain/origin.js';
import type { Outcome } from '../../domain/outcome.js';
import { declaredEstimate, roomInHold } from '../budget.js';
import { outcomeOf } from '../outcome-of.js';
import type { Run } from '../run.js';
import { callAgent, type Call } from './agent.js';
import type { Settled, Work } from './work.js';

export class Purse {
  private usage = NO_USAGE;
  /** What it counts for in a budget, which may be more. */
  private charged = NO_USAGE;
  /** Of all that has been made on the way. */
  private readonly origins: (Origin | undefined)[] = [];
  private readonly startedAt = Date.now();

  constructor(
    private readonly run: Run,
    private readonly work: Work,
    private readonly own: Budget = {},
  ) {}

  get spent(): Usage {
    return this.charged;
  }

  /** What is left of what the task allows itself. */
  get left(): Budget {
    return lessSpent(this.own, this.charged, Date.now() - this.startedAt);
  }

  /** A call, as soon as there is room for it. */
  async call(call: Call): Promise<Outcome> {
    const { escrow } = this.run.progress;
    const estimate = escrow === undefined ? declaredEstimate(this.run, call.agent) : estimateOf(escrow, call.agent);
    const over = beyond(this.left, estimate);
    if (over.length > 0) {
      const why = `what is left of the budget of the task has no room for a call of ${call.agent}: ${over.join(', ')}`;
      return { status: 'failed', attempts: 0, failure: failure('BudgetExceeded', why) };
    }
    try {
      await roomInHold(this.run, this.key, this.charged, estimate);
    } catch (error) {
      return outcomeOf(error);
    }
    const { outcome } = await callAgent(this.run, this.work, call);
    if (escrow !== undefined) learn(escrow, call.agent, outcome);
    this.count(outcome, chargeOf(outcome, { agent: call.agent, estimate }));
    return outcome;
  }

  /** How the task ends, with all that has been spent on the way. */
  settle({ outcome, ...rest }: Settled): Settled {
    const spent = { usage: this.usage, charged: this.charged };
    if (outcome.status !== 'succeeded') return { ...rest, outcome: { ...outcome, ...spent } };
    const { origin: _, ...own } = outcome;
    const origin = jointOrigin(this.origins);
    return { ...rest, outcome: { ...own, ...spent, ...(origin === undefined ? {} : { origin }) } };
  }

  /** A sub-plan has ended. */
  countSubPlan({ outcome }: Settled): void {
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
    return holdKey(this.work.task.id, this.work.index);
  }
}
