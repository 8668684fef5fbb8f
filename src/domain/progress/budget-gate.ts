// Whether the budget allows a ready task or item to start.
// B1. First come, first served, within a priority: a call that does not fit blocks the calls behind it, so that small calls cannot
//     overtake a large one for ever.
// B2. If calls in flight hold some of the missing amount, it waits for them; otherwise the run pauses.
// B3. A sub-plan gets its own hard limit, at most what is left. Without a limit of its own it gets everything that is left, so it
//     waits until no other call holds anything, and the others wait for it.
// B4. An optional task is left out if a soft limit has been reached, or if the task would exceed one. What is held counts as spent.
//     For a forEach this is decided once, when it starts.
import { AMOUNTS, DUST, type Amount } from '../budget/budget.js';
import { addUsage, NO_USAGE } from '../call/usage.js';
import { contestOf, contestSuffix } from '../call/race-and-vote.js';
import { BUDGET_EXCEEDED, combine, estimateOf, hold, type Escrow, type Hold } from '../budget/ledger.js';
import { fallbackKey, suffixedName, itemName } from '../call/name.js';
import { entry } from '../json/own-property.js';
import type { GraphTask } from '../plan/graph.js';
import { canBePaused } from './progress.js';
import { type Progress } from './state.js';
import type { EventOf } from './event.js';
import { countHedgeStarted, hasRoomForCall, type OutputRoom } from './output-room.js';

/** Below the 2,000 pending activities that Temporal allows, to leave room for compensations and fallbacks. */
const MAX_IN_FLIGHT = 1_750;

export type Fit = 'fits' | 'waits' | 'exceeded';

/** The total hold of a task or an item; `undefined` if it makes no calls. */
export function holdFor(escrow: Escrow, task: GraphTask, index?: number): Hold | undefined {
  const holds = holdsFor(escrow, task, index).map(([, what]) => what);
  if (holds.length < 2) return holds[0];
  const agent = holds.map((what) => what.agent).join(', ');
  return { agent, estimate: holds.reduce((sum, { estimate }) => addUsage(sum, estimate), NO_USAGE) };
}

/** The hold of each call that a task or an item starts with. */
function holdsFor(escrow: Escrow, of: GraphTask, index: number | undefined): (readonly [key: string, what: Hold])[] {
  const { id, task, isCall } = of;
  if (!isCall && index === undefined) return [];
  const key = itemName(id, index);
  const contest = contestOf(task);
  if (contest !== undefined) {
    return contest.agents.map((agent) => [suffixedName(key, contestSuffix(contest, agent)), callHold(escrow, agent)]);
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

/** The amount that is not spent yet, whether held or not. */
const left = ({ limits, spent }: Escrow, amount: Amount): number => Math.max(0, limits[amount]!.hard - spent[amount]);

export function fitOf(escrow: Escrow, what: Hold): Fit {
  const { limits, spent, reserved } = escrow;
  const missing = AMOUNTS.filter((amount) => {
    const limit = limits[amount];
    if (limit === undefined) return false;
    // A sub-plan that gets nothing could only pause.
    if (what.agent === undefined && left(escrow, amount) <= DUST) return true;
    return spent[amount] + reserved[amount] + what.estimate[amount] > limit.hard + DUST;
  });
  if (missing.length === 0) return 'fits';
  return missing.every((amount) => reserved[amount] > DUST) ? 'waits' : 'exceeded';
}

/** True if the task is optional and the budget does not allow it to start any more. */
export function isLeftOut(escrow: Escrow, { task }: GraphTask, what: Hold | undefined): boolean {
  if (task.optional !== true) return false;
  if (escrow.late !== undefined) return true;
  return AMOUNTS.some((amount) => {
    const limit = escrow.limits[amount];
    if (limit === undefined) return false;
    const taken = escrow.spent[amount] + escrow.reserved[amount];
    // The amount that a sub-plan gets is not an estimate of what it will use.
    const more = what?.agent === undefined ? 0 : what.estimate[amount];
    return taken >= limit.soft - DUST || taken + more > limit.soft + DUST;
  });
}

/** Holds the expected usage of a task or an item that starts. */
export function reserve({ escrow }: Progress, task: GraphTask, index?: number): void {
  if (escrow === undefined) return;
  for (const [key, what] of holdsFor(escrow, task, index)) hold(escrow, key, what);
}

/** True if there is room for a hedge now. A hedge never waits for room, because the call that it repeats is still running. */
export function mayHedge(progress: Progress, agent: string, room?: OutputRoom): boolean {
  const { phase, pausedBecause, inFlight, escrow } = progress;
  if (phase !== 'running' || pausedBecause !== undefined || inFlight >= MAX_IN_FLIGHT) return false;
  if (room !== undefined && !hasRoomForCall(progress, agent, room)) return false;
  if (escrow === undefined) return true;
  return escrow.late !== 'hard' && escrow.fallbacks.length === 0 && fitOf(escrow, callHold(escrow, agent)) === 'fits';
}

/** Starts a hedge. Expects `mayHedge`. */
export function startHedge(progress: Progress, { task, index, name, agent }: EventOf<'hedgeStarted'>): void {
  progress.inFlight++;
  countHedgeStarted(progress, agent);
  const { escrow } = progress;
  if (escrow !== undefined) hold(escrow, suffixedName(itemName(task, index), name), callHold(escrow, agent));
}

export function pauseForBudget(progress: Progress): void {
  if (canBePaused(progress)) progress.pausedBecause ??= BUDGET_EXCEEDED;
}

/** Holds what waiting fallbacks need, the oldest first; pauses the run if the next one cannot fit. */
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
