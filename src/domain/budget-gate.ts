// Whether what is ready may start, as far as the budget goes.
// B1. First come, first served, within a priority: what does not fit holds up the calls behind it, so that small ones never
//     overtake a large one for ever.
// B2. While calls are in flight that hold some of what is missing, it waits for them; else the run pauses.
// B3. A sub-plan is handed what its own hard limit says, at most what is left, and all that is left where it has no limit: that
//     one has to itself, so it waits for whoever holds some, and the others for it.
// B4. An optional task is left out where it would go beyond a soft limit, or one is reached. What is held counts as spent, and
//     a forEach is asked once, when it begins.
import { AMOUNTS, DUST, type Amount } from './budget.js';
import { addUsage, NO_USAGE } from './call.js';
import { contestOf, rivalName } from './contest.js';
import {
  BUDGET_EXCEEDED,
  callKey,
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
import type { EventOf } from './progress-event.js';

/** Some way below the 2,000 activities that Temporal allows to be pending: undoing and fallbacks want room, too. */
const MAX_IN_FLIGHT = 1_750;

export type Fit = 'fits' | 'waits' | 'exceeded';

/** What is to be held for a task or an item, all together; nothing for what calls nobody. */
export function holdFor(escrow: Escrow, task: GraphTask, index?: number): Hold | undefined {
  const holds = holdsFor(escrow, task, index).map(([, what]) => what);
  if (holds.length < 2) return holds[0];
  const agent = holds.map((what) => what.agent).join(', ');
  return { agent, estimate: holds.reduce((sum, { estimate }) => addUsage(sum, estimate), NO_USAGE) };
}

/** For each call that a task or an item begins with, what is to be held. */
function holdsFor(escrow: Escrow, of: GraphTask, index: number | undefined): (readonly [key: string, what: Hold])[] {
  const { id, task, isCall } = of;
  if (!isCall && index === undefined) return [];
  const key = holdKey(id, index);
  const contest = contestOf(task);
  if (contest !== undefined) {
    return contest.agents.map((agent) => [callKey(key, rivalName(contest, agent)), callHold(escrow, agent)]);
  }
  return [[key, task.agent === undefined ? subPlanHold(escrow, id) : callHold(escrow, task.agent)]];
}

const callHold = (escrow: Escrow, agent: string): Hold => ({ agent, estimate: estimateOf(escrow, agent) });

function subPlanHold(escrow: Escrow, id: string): Hold {
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
  if (escrow === undefined) return;
  for (const [key, what] of holdsFor(escrow, task, index)) hold(escrow, key, what);
}

/** True if there is room for a hedge: none waits for it, since the call that it stands by goes on. */
export function mayHedge({ phase, pausedBecause, inFlight, escrow }: Progress, agent: string): boolean {
  if (phase !== 'running' || pausedBecause !== undefined || inFlight >= MAX_IN_FLIGHT) return false;
  if (escrow === undefined) return true;
  return escrow.late !== 'hard' && escrow.fallbacks.length === 0 && fitOf(escrow, callHold(escrow, agent)) === 'fits';
}

/** Begins a hedge. Expects `mayHedge`. */
export function startHedge(progress: Progress, { task, index, name, agent }: EventOf<'hedgeStarted'>): void {
  progress.inFlight++;
  const { escrow } = progress;
  if (escrow !== undefined) hold(escrow, callKey(holdKey(task, index), name), callHold(escrow, agent));
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
    const what = callHold(escrow, next.agent);
    const fit = fitOf(escrow, what);
    if (fit === 'exceeded') pauseForBudget(progress);
    if (fit !== 'fits') return;
    escrow.fallbacks.shift();
    hold(escrow, fallbackKey(next.key), what);
  }
}
