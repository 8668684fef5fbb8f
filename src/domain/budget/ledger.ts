// The current state of the budget of a run, as an escrow: the estimate of a call is held before the call is made. When the call has
// settled, its real usage is added to what is spent.
// E1. An amount is held only if it fits under the hard limits, together with everything that is spent and held (see budget-gate.ts).
// E2. If usage is unknown (a lost call, a cancelled sub-plan), everything that was held for it counts as spent.
// E3. Estimates of tokens and money are learned: an agent is expected to use what it declares, or the mean of its calls in this run if
//     that is more. The number of calls is not learned: a call that needed a retry does not make the next one count twice.
import {
  AMOUNTS,
  DEFAULT_ESTIMATE,
  DUST,
  parseLimits,
  type Amount,
  type Budget,
  type Estimate,
  type Limits,
} from './budget.js';
import { addUsage, NO_USAGE, type Usage } from '../call/usage.js';
import type { Outcome } from '../call/outcome.js';
import { entry } from '../json/own-property.js';

/** The value of `pausedBecause` while the budget pauses a run. */
export const BUDGET_EXCEEDED = 'budget-exceeded';

export interface Hold {
  readonly estimate: Usage;
  /** The agent that is called; absent for a sub-plan. */
  readonly agent?: string;
}

export interface Escrow {
  limits: Limits;
  spent: Usage;
  reserved: Usage;
  /** By the name of the task or item; calls of these kinds have a suffix: `:fallback`, `:hedge:1`, `:race:fast`. */
  readonly held: Record<string, Hold>;
  /** Declared estimates by type of agent; an agent without one is absent. */
  readonly declared: Readonly<Record<string, Usage>>;
  /** The total usage of an agent in this run, by type; `calls` is the number of calls. */
  readonly learned: Record<string, Usage>;
  /** Limits that sub-plans set themselves, by task. */
  readonly own: Readonly<Record<string, Limits>>;
  /** Fallbacks that wait for room in the budget, oldest first. */
  readonly fallbacks: { readonly key: string; readonly agent: string }[];
  /** Sub-plans that are paused because their part of the budget is used up. */
  readonly short: string[];
  /** The limit of `duration` that has been reached. */
  late?: 'soft' | 'hard';
}

export interface EscrowSources {
  readonly budget: Budget;
  /** Declared estimates by type of agent. */
  readonly estimates?: Readonly<Record<string, Estimate | undefined>>;
  /** Plans that tasks refer to by name. */
  readonly plans?: Readonly<Record<string, unknown>>;
}

/** Creates the escrow of a new run. `own`: the limits that sub-plans and decompositions set themselves, by task. */
export function createEscrow({ budget, estimates = {} }: EscrowSources, own: Escrow['own'] = {}): Escrow {
  return {
    limits: parseLimits(budget),
    spent: NO_USAGE,
    reserved: NO_USAGE,
    held: {},
    declared: declare(estimates),
    learned: {},
    own,
    fallbacks: [],
    short: [],
  };
}

export const declare = (estimates: NonNullable<EscrowSources['estimates']>): Record<string, Usage> =>
  Object.fromEntries(Object.entries(estimates).map(([agent, estimate]) => [agent, asUsage(estimate)]));

/** The expected usage of one call, from what its agent declares. */
export const asUsage = ({ calls, tokens, usd }: Estimate = {}): Usage => ({
  calls: calls ?? DEFAULT_ESTIMATE.calls,
  tokens: tokens ?? 0,
  usd: usd ?? 0,
});

export function hold(escrow: Escrow, key: string, what: Hold): void {
  escrow.held[key] = what;
  escrow.reserved = addUsage(escrow.reserved, what.estimate);
}

/** Ends a hold, if there is one, and charges what was used. */
export function release(escrow: Escrow, key: string, outcome: Outcome): void {
  const what = entry(escrow.held, key);
  if (what === undefined) return;
  delete escrow.held[key];
  const isLast = Object.keys(escrow.held).length === 0;
  escrow.reserved = isLast ? NO_USAGE : combine(escrow.reserved, what.estimate, (a, b) => Math.max(0, a - b));
  escrow.spent = addUsage(escrow.spent, chargeOf(outcome, what));
  if (what.agent !== undefined) learn(escrow, what.agent, outcome);
  endShort(escrow, key);
}

/** A sub-plan that had run short has enough again, or has ended. */
export function endShort({ short }: Escrow, key: string): void {
  const place = short.indexOf(key);
  if (place >= 0) short.splice(place, 1);
}

/** Records what a call of an agent has used. */
export function learn({ learned }: Escrow, agent: string, { usage }: Outcome): void {
  if (usage === undefined || usage.calls === 0) return;
  learned[agent] = addUsage(entry(learned, agent) ?? NO_USAGE, { ...usage, calls: 1 });
}

/** The usage to charge for a call or a sub-plan that has ended. */
export function chargeOf(outcome: Outcome, { estimate, agent }: Hold): Usage {
  const known = outcome.charged ?? outcome.usage;
  // The hold of a sub-plan may be everything that was left: too much to charge.
  const isWhole = outcome.lost !== true || agent === undefined;
  if (known !== undefined && isWhole) return known;
  const isLost = agent === undefined && outcome.status === 'cancelled';
  const mayHaveSpent = outcome.attempts > 0 || outcome.status === 'unknown' || isLost;
  const attempts = Math.max(1, outcome.attempts);
  return mayHaveSpent
    ? combine(estimate, known ?? NO_USAGE, (each, reported) => Math.max(each * attempts, reported))
    : NO_USAGE;
}

/** True if the hold covers this usage, or if nothing is held under this key. */
export function holdCovers({ held, limits }: Escrow, key: string, usage: Usage): boolean {
  const what = entry(held, key);
  if (what === undefined) return true;
  return AMOUNTS.every((amount) => limits[amount] === undefined || usage[amount] <= what.estimate[amount] + DUST);
}

/** The expected usage of one call of an agent. */
export function estimateOf({ declared, learned }: Escrow, agent: string): Usage {
  const declaredUsage = entry(declared, agent) ?? DEFAULT_ESTIMATE;
  const used = entry(learned, agent);
  if (used === undefined) return declaredUsage;
  const { tokens, usd } = combine(declaredUsage, used, (a, b) => Math.max(a, b / used.calls));
  return { calls: declaredUsage.calls, tokens: Math.ceil(tokens), usd };
}

export function combine(a: Usage, b: Usage, how: (a: number, b: number, amount: Amount) => number): Usage {
  const [calls, tokens, usd] = AMOUNTS.map((amount) => how(a[amount], b[amount], amount)) as [number, number, number];
  return { calls, tokens, usd };
}
