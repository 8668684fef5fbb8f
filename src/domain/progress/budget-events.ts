// The events of the budget of a run: time passes, limits are raised, a fallback needs its part, a sub-plan runs short.
import {
  AMOUNTS,
  formatLimits,
  type BudgetAddition,
  type BudgetStanding,
  type Limit,
  type Limits,
} from '../budget/budget.js';
import { addUsage } from '../call/usage.js';
import { contestOf, contestSuffix } from '../call/race-and-vote.js';
import { durationMs, MAX_DURATION_MS } from '../duration.js';
import { pauseForBudget } from './budget-gate.js';
import type { Outcome } from '../call/outcome.js';
import { BUDGET_EXCEEDED, combine, endShort, release, type Escrow } from '../budget/ledger.js';
import { fallbackKey, suffixedName, itemName, taskInName } from '../call/name.js';
import { entry } from '../json/own-property.js';
import { failure } from '../failure.js';
import type { GraphTask } from '../plan/graph.js';
import type { Progress } from './state.js';
import type { EventOf } from './event.js';

/** Records how much time has passed: `ms` since the run started. */
export function passTime(progress: Progress, ms: number): void {
  const { escrow } = progress;
  const limit = escrow?.limits.duration;
  if (escrow === undefined || limit === undefined) return;
  delete escrow.late;
  if (ms >= limit.soft) escrow.late = ms >= limit.hard ? 'hard' : 'soft';
  if (escrow.late === 'hard') pauseForBudget(progress);
}

/** Milliseconds from `ms` after the start until the next limit of `duration`; `undefined` if there is none. */
export function msToLimit({ limits: { duration } }: Escrow, ms: number): number | undefined {
  const next = duration === undefined ? undefined : [duration.soft, duration.hard].find((limit) => limit > ms);
  return next === undefined ? undefined : next - ms;
}

/** Raises limits. A run that the budget had paused continues; if it still has no room, the next call pauses it again. */
export function raiseLimits(progress: Progress, { add, ms }: EventOf<'raised'>): void {
  const { escrow } = progress;
  if (escrow === undefined) return;
  for (const [key, part] of subPlanAdditions(escrow, add)) {
    const held = escrow.held[key]!;
    const more = { calls: part.calls ?? 0, tokens: part.tokens ?? 0, usd: part.usd ?? 0 };
    const plus = (a: number, b: number) => a + b;
    escrow.held[key] = { ...held, estimate: combine(held.estimate, more, plus) };
    escrow.reserved = combine(escrow.reserved, more, plus);
    endShort(escrow, key);
  }
  const more = (limit: Limit | undefined, by: number | undefined, most = Infinity) =>
    limit === undefined || by === undefined
      ? limit
      : { soft: Math.min(most, limit.soft + by), hard: Math.min(most, limit.hard + by) };
  const { calls, tokens, usd, duration } = escrow.limits;
  const byMs = add.duration === undefined ? undefined : durationMs(add.duration);
  const limits = {
    calls: more(calls, add.calls),
    tokens: more(tokens, add.tokens),
    usd: more(usd, add.usd),
    duration: more(duration, byMs, MAX_DURATION_MS),
  };
  escrow.limits = Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined));
  endBudgetPause(progress, escrow);
  passTime(progress, ms);
}

/** Ends the hold under this key. */
export function endHold(progress: Progress, key: string, outcome: Outcome): void {
  const { escrow } = progress;
  if (escrow === undefined) return;
  release(escrow, key, outcome);
  if (escrow.late !== 'hard') endBudgetPause(progress, escrow);
}

/** Ends all remaining holds of a task or an item that has ended. */
export function endHolds(progress: Progress, { id, task }: GraphTask, outcome: Outcome, index?: number): void {
  if (progress.escrow === undefined) return;
  const key = itemName(id, index);
  const contest = contestOf(task);
  if (contest === undefined) return endHold(progress, key, outcome);
  // Only holds of calls that were never made are left: the others were charged one by one.
  for (const agent of contest.agents) endHold(progress, suffixedName(key, contestSuffix(contest, agent)), NOT_MADE);
}

const NOT_MADE: Outcome = {
  status: 'cancelled',
  attempts: 0,
  failure: failure('Cancelled', 'the call was never made'),
};

/** Ends the hold of one of several parallel calls. */
export const endParallelCall = (
  progress: Progress,
  { task, index, name, outcome }: EventOf<'parallelCallEnded' | 'hedgeEnded'>,
): void => endHold(progress, suffixedName(itemName(task, index), name), outcome);

/** Charges a compensation, for which nothing is held: the budget never prevents undoing. */
export function chargeUndo({ escrow }: Progress, outcome: Outcome): void {
  if (escrow !== undefined) escrow.spent = addUsage(escrow.spent, outcome.charged ?? outcome.usage);
}

/** Ends a pause by the budget; if there is still no room, the next call pauses the run again. */
function endBudgetPause(progress: Progress, { short }: Escrow): void {
  if (progress.pausedBecause === BUDGET_EXCEEDED && short.length === 0) delete progress.pausedBecause;
}

/**
 * The parts of an addition that belong to running sub-plans. Amounts go to the first that has run short, or if none has, to the
 * one that got everything that was left. Time goes to all that have no limit of their own.
 */
export function subPlanAdditions(escrow: Escrow, add: BudgetAddition): (readonly [key: string, add: BudgetAddition])[] {
  const { duration, ...amounts } = add;
  const subPlans = Object.keys(escrow.held).filter((key) => escrow.held[key]!.agent === undefined);
  return subPlans.flatMap((key) => {
    const isFirstShort = escrow.short[0] === key;
    const part = AMOUNTS.filter((amount) => {
      if (amounts[amount] === undefined || escrow.limits[amount] === undefined) return false;
      return isFirstShort || (escrow.short.length === 0 && ownLimitsOf(escrow, key)[amount] === undefined);
    }).map((amount) => [amount, amounts[amount]] as const);
    const isTimed = duration !== undefined && (isFirstShort || ownLimitsOf(escrow, key).duration === undefined);
    const mine: BudgetAddition = { ...Object.fromEntries(part), ...(isTimed ? { duration } : {}) };
    return Object.keys(mine).length === 0 ? [] : [[key, mine] as const];
  });
}

/** The limits that the sub-plan of a task or an item sets itself. */
const ownLimitsOf = ({ own }: Escrow, key: string): Limits => entry(own, taskInName(key)) ?? {};

/** The limits of a sub-plan for which something is held. `ms` since the run started. */
export function subPlanLimits(escrow: Escrow, key: string, ms: number): Limits {
  const estimate = escrow.held[key]!.estimate;
  const own = ownLimitsOf(escrow, key);
  const amounts = AMOUNTS.flatMap((amount) => {
    const limit = escrow.limits[amount];
    if (limit === undefined) return [];
    const hard = estimate[amount];
    // What others hold counts as spent, but not the hold of this sub-plan.
    const untilSoft = Math.max(0, limit.soft - escrow.spent[amount] - escrow.reserved[amount] + hard);
    return [[amount, { soft: Math.min(hard, untilSoft, own[amount]?.soft ?? hard), hard }] as const];
  });
  const { duration } = escrow.limits;
  const ends = (limit: 'soft' | 'hard') =>
    Math.max(1, Math.min(duration!.hard - ms, duration![limit] - ms, own.duration?.[limit] ?? Infinity));
  return {
    ...Object.fromEntries(amounts),
    ...(duration === undefined ? {} : { duration: { soft: ends('soft'), hard: ends('hard') } }),
  };
}

export function queueFallback(progress: Progress, { task, index, agent, outcome }: EventOf<'fallbackRequested'>): void {
  const { escrow } = progress;
  if (escrow === undefined) return;
  const key = itemName(task, index);
  endHold(progress, key, outcome);
  escrow.fallbacks.push({ key, agent });
}

/** A fallback has ended, or was cancelled while it waited for room. */
export function endFallback(progress: Progress, { task, index, outcome }: EventOf<'fallbackEnded'>): void {
  const { escrow } = progress;
  if (escrow === undefined) return;
  const key = itemName(task, index);
  const waiting = escrow.fallbacks.findIndex((one) => one.key === key);
  if (waiting >= 0) escrow.fallbacks.splice(waiting, 1);
  endHold(progress, fallbackKey(key), outcome);
}

export function setSubPlanShort(progress: Progress, { work, isShort }: EventOf<'subPlanShort'>): void {
  const { escrow } = progress;
  if (escrow === undefined || entry(escrow.held, work) === undefined) return;
  if (!isShort) endShort(escrow, work);
  else if (!escrow.short.includes(work)) escrow.short.push(work);
  if (isShort) pauseForBudget(progress);
  else if (escrow.late !== 'hard') endBudgetPause(progress, escrow);
}

export const budgetStanding = ({ limits, spent, reserved }: Escrow): BudgetStanding => ({
  limits: formatLimits(limits),
  spent,
  reserved,
});

/** The names of the amounts that an addition would raise, but that have no limit: `tokens`, `usd`. */
export function unlimitedAmounts({ limits }: Escrow, add: BudgetAddition): string[] {
  return Object.keys(add).filter((key) => !Object.hasOwn(limits, key));
}
