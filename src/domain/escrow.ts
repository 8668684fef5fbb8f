// The budget of a run as it stands. Escrow: what a call is expected to use is held from before it is made until it has
// settled; then what it really used is spent.
// E1. Nothing is held that does not fit under the hard limits with all that is spent and held (budget-gate.ts sees to it).
// E2. What used nobody knows how much (a lost call, a cancelled sub-plan) counts as having used all that was held for it.
// E3. Tokens and money are learned: an agent is expected to use what it declares, or, if that is more, the mean of what its
//     calls in this run have used. Calls are not: that some had to be tried twice does not make two of the next.
import {
  AMOUNTS,
  DEFAULT_ESTIMATE,
  DUST,
  limitsOf,
  type Amount,
  type Budget,
  type Estimate,
  type Limits,
} from './budget.js';
import { addUsage, NO_USAGE, type Usage } from './call.js';
import type { Graph } from './graph.js';
import type { Outcome } from './outcome.js';
import type { Plan } from './plan.js';

/** Why a run is paused that may spend no more. */
export const BUDGET_EXCEEDED = 'budget-exceeded';

export interface Hold {
  readonly estimate: Usage;
  /** Who is called; absent for a sub-plan. */
  readonly agent?: string;
}

export interface Escrow {
  limits: Limits;
  spent: Usage;
  reserved: Usage;
  /** By the name of the task or item, with `:fallback`, `:hedge:1`, `:race:fast` behind it for such a call. */
  readonly held: Record<string, Hold>;
  /** What agents declare, by type; those that declare nothing are not in it. */
  readonly declared: Readonly<Record<string, Usage>>;
  /** What calls of an agent have used in this run; `calls` is how many there were. */
  readonly learned: Record<string, Usage>;
  /** What sub-plans allow themselves, by task. */
  readonly own: Readonly<Record<string, Limits>>;
  /** Fallbacks that wait for room, oldest first. */
  readonly fallbacks: { readonly key: string; readonly agent: string }[];
  /** Sub-plans that are paused because what was handed to them is used up. */
  readonly short: string[];
  /** Which limit of `duration` has been reached. */
  late?: 'soft' | 'hard';
}

export interface EscrowSources {
  readonly budget: Budget;
  /** What agents declare, by type. */
  readonly estimates?: Readonly<Record<string, Estimate | undefined>>;
  /** Plans that tasks refer to by name. */
  readonly plans?: Readonly<Record<string, unknown>>;
}

export function createEscrow(graph: Graph, { budget, estimates = {}, plans = {} }: EscrowSources): Escrow {
  return {
    limits: limitsOf(budget),
    spent: NO_USAGE,
    reserved: NO_USAGE,
    held: {},
    declared: declare(estimates),
    learned: {},
    own: ownLimits(graph, plans),
    fallbacks: [],
    short: [],
  };
}

export const declare = (estimates: NonNullable<EscrowSources['estimates']>): Record<string, Usage> =>
  Object.fromEntries(Object.entries(estimates).map(([agent, estimate]) => [agent, asUsage(estimate)]));

/** What one call is expected to use by what its agent declares. */
export const asUsage = ({ calls, tokens, usd }: Estimate = {}): Usage => ({
  calls: calls ?? DEFAULT_ESTIMATE.calls,
  tokens: tokens ?? 0,
  usd: usd ?? 0,
});

/** What sub-plans and decompositions allow themselves, by task. */
export function ownLimits(graph: Graph, plans: Readonly<Record<string, unknown>>): Escrow['own'] {
  const own = [...graph.tasks.values()].flatMap(({ id, task: { plan, decompose } }) => {
    // Validation has seen that what is called by name is a plan.
    const { budget } = (typeof plan === 'string' ? (plans[plan] as Plan) : plan) ?? decompose ?? {};
    return budget === undefined ? [] : [[id, limitsOf(budget)] as const];
  });
  return Object.fromEntries(own);
}

/** `scan`, `analyze[7]`. */
export const holdKey = (task: string, index?: number): string => (index === undefined ? task : `${task}[${index}]`);
/** One call of several that are made for a task or an item. */
export const callKey = (key: string, name: string | undefined): string => (name === undefined ? key : `${key}:${name}`);
export const fallbackKey = (key: string): string => callKey(key, 'fallback');

export function hold(escrow: Escrow, key: string, what: Hold): void {
  escrow.held[key] = what;
  escrow.reserved = addUsage(escrow.reserved, what.estimate);
}

/** Ends a hold; nothing where there is none. */
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

/** What was short has enough, or needs nothing any more. */
export function endShort({ short }: Escrow, key: string): void {
  const place = short.indexOf(key);
  if (place >= 0) short.splice(place, 1);
}

/** Notes what a call of an agent has used. */
export function learn({ learned }: Escrow, agent: string, { usage }: Outcome): void {
  if (usage === undefined || usage.calls === 0) return;
  learned[agent] = addUsage(entry(learned, agent) ?? NO_USAGE, { ...usage, calls: 1 });
}

/** What a call or a sub-plan that has ended counts for. */
export function chargeOf(outcome: Outcome, { estimate, agent }: Hold): Usage {
  const known = outcome.charged ?? outcome.usage;
  // For a sub-plan all that was left may be held.
  const isWhole = outcome.lost !== true || agent === undefined;
  if (known !== undefined && isWhole) return known;
  const isLost = agent === undefined && outcome.status === 'cancelled';
  const mayHaveSpent = outcome.attempts > 0 || outcome.status === 'unknown' || isLost;
  const attempts = Math.max(1, outcome.attempts);
  return mayHaveSpent
    ? combine(estimate, known ?? NO_USAGE, (each, heard) => Math.max(each * attempts, heard))
    : NO_USAGE;
}

/** True if so much is covered by what is held; where nothing is, nothing limits it. */
export function holdCovers({ held, limits }: Escrow, key: string, usage: Usage): boolean {
  const what = entry(held, key);
  if (what === undefined) return true;
  return AMOUNTS.every((amount) => limits[amount] === undefined || usage[amount] <= what.estimate[amount] + DUST);
}

/** What one call of an agent is expected to use. */
export function estimateOf({ declared, learned }: Escrow, agent: string): Usage {
  const said = entry(declared, agent) ?? DEFAULT_ESTIMATE;
  const used = entry(learned, agent);
  if (used === undefined) return said;
  const { tokens, usd } = combine(said, used, (a, b) => Math.max(a, b / used.calls));
  return { calls: said.calls, tokens: Math.ceil(tokens), usd };
}

export function combine(a: Usage, b: Usage, how: (a: number, b: number, amount: Amount) => number): Usage {
  const [calls, tokens, usd] = AMOUNTS.map((amount) => how(a[amount], b[amount], amount)) as [number, number, number];
  return { calls, tokens, usd };
}

/** Keys are what people write, `constructor` too. */
export const entry = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
