// The phases of a run after its last task has settled: the conclusion, re-planning, undoing, the end.
import { addUsage, NO_USAGE } from '../call/usage.js';
import { failure } from '../failure.js';
import { defined } from '../json/defined.js';
import type { Graph } from '../plan/graph.js';
import { endHold, passTime, chargeUndo } from './budget-events.js';
import { reserve } from './budget-gate.js';
import { recordRemainingDebt, retryDebt, workStates } from './debt.js';
import type { EventOf } from './event.js';
import { stateOf } from './progress.js';
import { move, skipCause } from './settle.js';
import { OBSERVER, type Progress } from './state.js';
import { beginDrop, beginUndo, settleUndo } from './undo.js';

/** Skips what never started, and decides the verdict. Expects `isQuiet`. */
export function conclude(graph: Graph, progress: Progress, { now }: EventOf<'concluded'>): void {
  const because = progress.failure?.task;
  for (const id of graph.order) {
    const state = stateOf(progress, id);
    if (state.status !== 'pending') continue;
    move(progress, id, 'skipped');
    Object.assign(state, { skip: skipCause('failure', because), endedAt: now });
  }
  if (progress.failure !== undefined && progress.verdict === 'completed') progress.verdict = 'failed';
}

/** A run that had completed fails after all, because its output could not be computed or is too large. */
export function failOutput(progress: Progress, { failure }: EventOf<'outputFailed'>): void {
  progress.verdict = 'failed';
  progress.failure = failure;
}

export function startReplanning(progress: Progress, { task, ms }: EventOf<'replanStarted'>): void {
  progress.phase = 'replanning';
  passTime(progress, ms);
  reserve(progress, task);
}

/** With a next plan, the run undoes the tasks that the plan drops. Without one it fails, and the failure contains the reason. */
export function endReplanning(graph: Graph, progress: Progress, event: EventOf<'replanEnded'>): void {
  const { task, outcome, next, failure: why } = event;
  progress.usage = addUsage(progress.usage, outcome.usage);
  endHold(progress, task, outcome);
  // The run may have been cancelled meanwhile.
  if (progress.verdict !== 'failed') return;
  if (next !== undefined) {
    progress.next = next;
    beginDrop(graph, progress, next.note.dropped);
  } else if (why !== undefined) {
    // The first failure stays the cause.
    const { message: cause, task } = progress.failure!;
    progress.failure = { ...why, message: `no plan to continue with: ${why.message}`, cause, ...defined({ task }) };
  }
}

/** The run was cancelled before it could continue with the next plan: everything is undone. */
export function abandonNextPlan(graph: Graph, progress: Progress): void {
  delete progress.next;
  beginUndo(graph, progress);
}

/** Starts to undo another run that has ended: `progress` is that of the ended run. */
export function startUndoRun(graph: Graph, progress: Progress, event: EventOf<'undoRunStarted'>): void {
  const { again, retriesDebt } = event;
  if (again !== undefined) retryDebt(graph, progress, again);
  if (retriesDebt) delete progress.failure;
  Object.assign(progress, { verdict: 'cancelled', phase: 'stopping', usage: NO_USAGE });
  beginUndo(graph, progress);
}

/** Records how undoing a task or an item ended. */
export function settleUnit(graph: Graph, progress: Progress, event: EventOf<'undone'>): void {
  const { unit, outcome, left } = event;
  progress.usage = addUsage(progress.usage, outcome.usage);
  chargeUndo(progress, outcome);
  settleUndo(graph, progress, unit, outcome.status === 'succeeded', left);
}

/** What has not been undone becomes debt. Expects that nothing is in flight. */
export function cutUndoShort(graph: Graph, progress: Progress): void {
  recordRemainingDebt(graph, progress);
  for (const id of graph.order) {
    const state = stateOf(progress, id);
    const isLeft = workStates(state).some(({ undone }) => undone === 'compensation-failed');
    if (!isLeft || state.status === 'failed') continue;
    progress[OBSERVER]?.moved(id, 'compensation-failed');
    state.status = 'compensation-failed';
  }
  progress.phase = 'ended';
}

/** Ends the run. A run that retries debt has completed if no debt is left. */
export function end(progress: Progress, { retriesDebt }: EventOf<'ended'>): void {
  progress.phase = 'ended';
  if (!retriesDebt) return;
  progress.verdict = progress.debt.length === 0 ? 'completed' : 'failed';
  if (progress.verdict === 'completed') return;
  progress.failure = failure('DebtLeft', `could not be undone: ${progress.debt.join(', ')}`);
}
