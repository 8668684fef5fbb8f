// What can happen to the budget of a run: time passes, limits are raised, a fallback asks for its part, a sub-plan runs short.
import {
  AMOUNTS,
  writeLimits,
  type Addition,
  type Budget,
  type BudgetStanding,
  type Limit,
  type Limits,
} from './budget.js';
import { addUsage } from './call.js';
import { contestOf, rivalName } from './contest.js';
import { durationMs, MAX_DURATION_MS } from './duration.js';
import { pauseForBudget } from './budget-gate.js';
import type { Outcome } from './outcome.js';
import {
  BUDGET_EXCEEDED,
  callKey,
  combine,
  endShort,
  entry,
  fallbackKey,
  holdKey,
  release,
  type Escrow,
} from './escrow.js';
import { failure } from './failure.js';
import type { GraphTask } from './graph.js';
import type { Progress } from './progress.js';
import type { EventOf } from './progress-event.js';

/** `ms` since the run started. */
export function passTime(progress: Progress, ms: number): void {
  const { escrow } = progress;
  const limit = escrow?.limits.duration;
  if (escrow === undefined || limit === undefined) return;
  delete escrow.late;
  if (ms >= limit.soft) escrow.late = ms >= limit.hard ? 'hard' : 'soft';
  if (escrow.late === 'hard') pauseForBudget(progress);
}

/** Milliseconds from then until a limit of `duration` is reached; `undefined` where none is to come. */
export function msToLimit({ limits: { duration } }: Escrow, ms: number): number | undefined {
  const next = duration === undefined ? undefined : [duration.soft, duration.hard].find((limit) => limit > ms);
  return next === undefined ? undefined : next - ms;
}

/** A run that the budget had paused goes on, unless that is not enough; what asks next finds out. */
export function raise(progress: Progress, { add, ms }: EventOf<'raised'>): void {
  const { escrow } = progress;
  if (escrow === undefined) return;
  for (const [key, part] of passedOn(escrow, add)) {
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
  reconsider(progress, escrow);
  passTime(progress, ms);
}

/** Ends what is held for a task or an item. */
export function endHold(progress: Progress, key: string, outcome: Outcome): void {
  const { escrow } = progress;
  if (escrow === undefined) return;
  release(escrow, key, outcome);
  if (escrow.late !== 'hard') reconsider(progress, escrow);
}

/** Ends all that is still held for a task or an item that has ended. */
export function endHolds(progress: Progress, { id, task }: GraphTask, outcome: Outcome, index?: number): void {
  if (progress.escrow === undefined) return;
  const key = holdKey(id, index);
  const contest = contestOf(task);
  if (contest === undefined) return endHold(progress, key, outcome);
  // Only of calls that were never made: the others have been counted one by one.
  for (const agent of contest.agents) endHold(progress, callKey(key, rivalName(contest, agent)), NOT_MADE);
}

const NOT_MADE: Outcome = { status: 'cancelled', attempts: 0, failure: failure('Cancelled', 'it was never made') };

/** Ends one of several calls for a task or an item. */
export const endCall = (
  progress: Progress,
  { task, index, name, outcome }: EventOf<'rivalEnded' | 'hedgeEnded'>,
): void => endHold(progress, callKey(holdKey(task, index), name), outcome);

/** Counts what nothing was held for: undoing is not kept from what it needs. */
export function spend({ escrow }: Progress, outcome: Outcome): void {
  if (escrow !== undefined) escrow.spent = addUsage(escrow.spent, outcome.charged ?? outcome.usage);
}

/** Whatever asks next finds out whether there is room now. */
function reconsider(progress: Progress, { short }: Escrow): void {
  if (progress.pausedBecause === BUDGET_EXCEEDED && short.length === 0) delete progress.pausedBecause;
}

/**
 * What of an addition belongs to sub-plans at work: amounts to the first that has run short, else to the one that has all
 * that was left; time to all of them that have no limit of their own.
 */
export function passedOn(escrow: Escrow, add: Addition): (readonly [key: string, add: Addition])[] {
  const { duration, ...amounts } = add;
  const subPlans = Object.keys(escrow.held).filter((key) => escrow.held[key]!.agent === undefined);
  return subPlans.flatMap((key) => {
    const isFirstShort = escrow.short[0] === key;
    const part = AMOUNTS.filter((amount) => {
      if (amounts[amount] === undefined || escrow.limits[amount] === undefined) return false;
      return isFirstShort || (escrow.short.length === 0 && ownOf(escrow, key)[amount] === undefined);
    }).map((amount) => [amount, amounts[amount]] as const);
    const isTimed = duration !== undefined && (isFirstShort || ownOf(escrow, key).duration === undefined);
    const mine: Addition = { ...Object.fromEntries(part), ...(isTimed ? { duration } : {}) };
    return Object.keys(mine).length === 0 ? [] : [[key, mine] as const];
  });
}

/** What the sub-plan of a task or an item allows itself. */
const ownOf = ({ own }: Escrow, key: string): Limits => entry(own, key.replace(/\[\d+\]$/, '')) ?? {};

/** The budget of a sub-plan for which something is held. `ms` since the run started. */
export function handDown(escrow: Escrow, key: string, ms: number): Budget {
  const estimate = escrow.held[key]!.estimate;
  const own = ownOf(escrow, key);
  const amounts = AMOUNTS.flatMap((amount) => {
    const limit = escrow.limits[amount];
    if (limit === undefined) return [];
    const hard = estimate[amount];
    // What others hold counts as spent; what is held for this one is its own.
    const untilSoft = Math.max(0, limit.soft - escrow.spent[amount] - escrow.reserved[amount] + hard);
    return [[amount, { soft: Math.min(hard, untilSoft, own[amount]?.soft ?? hard), hard }] as const];
  });
  const { duration } = escrow.limits;
  const ends = (limit: 'soft' | 'hard') =>
    Math.max(1, Math.min(duration!.hard - ms, duration![limit] - ms, own.duration?.[limit] ?? Infinity));
  return writeLimits({
    ...Object.fromEntries(amounts),
    ...(duration === undefined ? {} : { duration: { soft: ends('soft'), hard: ends('hard') } }),
  });
}

export function askFallback(progress: Progress, { task, index, agent, outcome }: EventOf<'fallbackAsked'>): void {
  const { escrow } = progress;
  if (escrow === undefined) return;
  const key = holdKey(task, index);
  endHold(progress, key, outcome);
  escrow.fallbacks.push({ key, agent });
}

/** It has answered, or was cancelled while it waited for room. */
export function endFallback(progress: Progress, { task, index, outcome }: EventOf<'fallbackAnswered'>): void {
  const { escrow } = progress;
  if (escrow === undefined) return;
  const key = holdKey(task, index);
  const waiting = escrow.fallbacks.findIndex((one) => one.key === key);
  if (waiting >= 0) escrow.fallbacks.splice(waiting, 1);
  endHold(progress, fallbackKey(key), outcome);
}

export function noteShort(progress: Progress, { work, isShort }: EventOf<'subPlanShort'>): void {
  const { escrow } = progress;
  if (escrow === undefined || entry(escrow.held, work) === undefined) return;
  if (!isShort) endShort(escrow, work);
  else if (!escrow.short.includes(work)) escrow.short.push(work);
  if (isShort) pauseForBudget(progress);
  else if (escrow.late !== 'hard') reconsider(progress, escrow);
}

export const standingOf = ({ limits, spent, reserved }: Escrow): BudgetStanding => ({
  limits: writeLimits(limits),
  spent,
  reserved,
});

/** `tokens, usd`: what is to be raised, and has no limit. */
export function notLimited({ limits }: Escrow, add: Addition): string[] {
  return Object.keys(add).filter((key) => !Object.hasOwn(limits, key));
}
