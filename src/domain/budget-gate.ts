// Whether what is ready may start, as far as the budget goes.
// B1. First come, first served, within a priority: what does not fit holds up the calls behind it, so that small ones never
//     overtake a large one for ever.
// B2. While calls are in flight that hold some of what is missing, it waits for them; else the run pauses.
// B3. A sub-plan is handed what its own hard limit says, at most what is left, and all that is left where it has no limit: that
//     one has to itself, so it waits for whoever holds some, and the others for it.
// B4. An optional task is left out where it would go beyond a soft limit, or one is reached. What is held counts as spent, and
//     a forEach is asked once, when it begins.
import { AMOUNTS, DUST, type Amount } from './budget.js';
import { NO_USAGE } from './call.js';
import {
  BUDGET_EXCEEDED,
  combine,
  entry,
  estimateOf,
  fallbackKey,
  hold,
  holdKey,
  type Escrow,
  type Hold,
} from './escrow.js';
import type { GraphTask } from './graph.js';
import { canBePaused, type Progress } from './progress.js';

export type Fit = 'fits' | 'waits' | 'exceeded';

/** What is to be held for a task or an item; nothing for what calls nobody. */
export function holdFor(escrow: Escrow, { id, kind, task, isCall }: GraphTask, index?: number): Hold | undefined {
  if (!isCall && index === undefined) return undefined;
  if (kind === 'agent') return { agent: task.agent!, estimate: estimateOf(escrow, task.agent!) };
  const own = entry(escrow.own, id);
  const handed = (amount: Amount) => Math.min(own?.[amount]?.hard ?? Infinity, left(escrow, amount));
  return {
    estimate: combine(NO_USAGE, NO_USAGE, (_a, _b, amount) => (isLimited(escrow, amount) ? handed(amount) : 0)),
  };
}

const isLimited = ({ limits }: Escrow, amount: Amount): boolean => limits[amount] !== undefined;

/** What is not spent yet, held or not. */
const left = ({ limits, spent }: Escrow, amount: Amount): number => Math.max(0, limits[amount]!.hard - spent[amount]);

export function fitOf(escrow: Escrow, what: Hold): Fit {
  const { limits, spent, reserved } = escrow;
  const missing = AMOUNTS.filter((amount) => {
    const limit = limits[amount];
    if (limit === undefined) return false;
    // A sub-plan that is handed nothing could only pause.
    if (what.agent === undefined && left(escrow, amount) <= DUST) return true;
    return spent[amount] + reserved[amount] + what.estimate[amount] > limit.hard + DUST;
  });
  if (missing.length === 0) return 'fits';
  return missing.every((amount) => reserved[amount] > DUST) ? 'waits' : 'exceeded';
}

/** True for an optional task that may not begin any more. */
export function isLeftOut(escrow: Escrow, { task }: GraphTask, what: Hold | undefined): boolean {
  if (task.optional !== true) return false;
  if (escrow.late !== undefined) return true;
  return AMOUNTS.some((amount) => {
    const limit = escrow.limits[amount];
    if (limit === undefined) return false;
    const taken = escrow.spent[amount] + escrow.reserved[amount];
    // What a sub-plan is handed says nothing of what it will use.
    const more = what?.agent === undefined ? 0 : what.estimate[amount];
    return taken >= limit.soft - DUST || taken + more > limit.soft + DUST;
  });
}

/** Holds what a task or an item that starts is expected to use. */
export function reserve({ escrow }: Progress, task: GraphTask, index?: number): void {
  const what = escrow === undefined ? undefined : holdFor(escrow, task, index);
  if (escrow !== undefined && what !== undefined) hold(escrow, holdKey(task.id, index), what);
}

export function pauseForBudget(progress: Progress): void {
  if (canBePaused(progress)) progress.pausedBecause ??= BUDGET_EXCEEDED;
}

/** Lets fallbacks have what they wait for, the oldest first, or pauses the run where they cannot have it. */
export function serveFallbacks(progress: Progress): void {
  const { escrow } = progress;
  if (escrow === undefined || progress.phase !== 'running' || escrow.late === 'hard') return;
  let next: Escrow['fallbacks'][number] | undefined;
  while ((next = escrow.fallbacks[0]) !== undefined) {
    const what: Hold = { agent: next.agent, estimate: estimateOf(escrow, next.agent) };
    const fit = fitOf(escrow, what);
    if (fit === 'exceeded') pauseForBudget(progress);
    if (fit !== 'fits') return;
    escrow.fallbacks.shift();
    hold(escrow, fallbackKey(next.key), what);
  }
}
