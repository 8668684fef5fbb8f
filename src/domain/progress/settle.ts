// How a task starts and ends, and how its end affects the tasks that depend on it.
// A1. Every change of a task's status goes through `move`, which knows the transitions that exist.
// A2. Settling a task costs O(its dependents): each is updated once, and its join is judged from counts.
import { endHolds } from './budget-events.js';
import { reserve } from './budget-gate.js';
import { countEnded, countStarted } from './output-room.js';
import { addUsage } from '../call/usage.js';
import { failure, type RunFailure } from '../failure.js';
import { taskOf, type Graph, type GraphTask } from '../plan/graph.js';
import { judgeJoin, sideOf } from './join.js';
import type { Outcome } from '../call/outcome.js';
import { enqueueTask, stateOf } from './progress.js';
import { OBSERVER, type Progress, type Skip } from './state.js';
import type { EventOf } from './event.js';
import { assertTransition, type TaskStatus } from '../task-status.js';

export function move(progress: Progress, id: string, to: TaskStatus): void {
  const state = stateOf(progress, id);
  assertTransition(id, state.status, to);
  progress[OBSERVER]?.moved(id, to);
  state.status = to;
  delete state.waiting;
}

export const skipCause = (cause: Skip['cause'], because: string | undefined): Skip =>
  because === undefined ? { cause } : { cause, because };

export function start(graph: Graph, progress: Progress, id: string, now: number): void {
  const state = stateOf(progress, id);
  move(progress, id, 'running');
  state.startedAt = now;
  progress.running++;
  const task = taskOf(graph, id);
  if (task.isCall) {
    progress.inFlight += task.width;
    countStarted(progress, task);
  }
  reserve(progress, task);
}

/** How a task ended: from an event, or from the items of a forEach. */
export type TaskEnd = Omit<EventOf<'settled'>, 'type'>;

/** Ends a task. True if the run stops because of it: the caller then calls `endIdleForEachs`. */
export function settle(graph: Graph, progress: Progress, event: TaskEnd): boolean {
  const { task: id, outcome, now } = event;
  const state = stateOf(progress, id);
  // A task whose input could not be evaluated starts and ends with one event.
  if (state.status === 'pending') start(graph, progress, id, now);
  move(progress, id, outcome.status);
  delete state.answer;
  delete state.asks;
  progress.running--;
  const { isCall, width } = taskOf(graph, id);
  if (isCall) {
    progress.inFlight -= width;
    countEnded(progress, taskOf(graph, id), outcome.status === 'succeeded' ? outcome.output : undefined);
  }
  state.endedAt = now;
  state.attempts += outcome.attempts;
  progress.usage = addUsage(progress.usage, outcome.usage);
  endHolds(progress, taskOf(graph, id), outcome);
  if (outcome.status === 'succeeded') {
    state.output = outcome.output;
    if (outcome.origin !== undefined) state.origin = outcome.origin;
  } else state.failure = outcome.failure;
  if (event.child !== undefined) state.child = event.child;
  progress.debt.push(...(event.debt ?? []));
  if (event.answeredBy !== undefined) state.answeredBy = event.answeredBy;
  const stops = outcome.status !== 'succeeded' && recordFailure(graph, progress, id, outcome);
  updateDependents(graph, progress, [id], now);
  return stops;
}

type FailedOutcome = Exclude<Outcome, { status: 'succeeded' }>;

/** Records a failure. True if the run stops because of it. */
function recordFailure(graph: Graph, progress: Progress, id: string, outcome: FailedOutcome): boolean {
  // Stryker disable next-line BooleanLiteral: in a run that stops each forEach without an item in flight has already ended
  if (progress.phase !== 'running') return false;
  progress.failure ??= taskFailure(id, outcome);
  // Stryker disable next-line BooleanLiteral: while a run continues, no forEach ends before its items
  if (graph.onFailure === 'continue') return false;
  progress.phase = 'stopping';
  progress.verdict = 'failed';
  return true;
}

function taskFailure(id: string, { failure: cause, status }: FailedOutcome): RunFailure {
  const how = status === 'failed' ? 'failed' : `ended ${status}`;
  return { ...failure('TaskFailed', `task ${id} ${how}: ${cause.type}: ${cause.message}`), task: id };
}

export function skip(graph: Graph, progress: Progress, id: string, cause: Skip, now: number): void {
  const state = stateOf(progress, id);
  move(progress, id, 'skipped');
  Object.assign(state, { skip: cause, endedAt: now });
  updateDependents(graph, progress, [id], now);
}

/** Updates the dependents of each task in `ended`. Those that are skipped because of it are appended to `ended` during the walk. */
function updateDependents(graph: Graph, progress: Progress, ended: string[], now: number): void {
  for (const id of ended) {
    const side = sideOf(stateOf(progress, id));
    for (const dependentId of taskOf(graph, id).dependents) {
      const state = stateOf(progress, dependentId);
      const { waiting } = state;
      if (waiting === undefined) continue;
      waiting.open--;
      waiting[side]++;
      // In a run that stops, `conclude` settles the tasks that have not started.
      if (waiting.decided || progress.phase !== 'running') continue;
      const dependent = taskOf(graph, dependentId);
      const verdict = judgeJoin(dependent.join, waiting);
      if (verdict === 'holds') enqueueTask(progress, dependent, waiting);
      if (verdict !== 'never') continue;
      const skip = skipReason(progress, dependent, id);
      move(progress, dependentId, 'skipped');
      Object.assign(state, { skip, endedAt: now });
      ended.push(dependentId);
    }
  }
}

/** Finds the origin of a skip: a need that failed, if there is one, otherwise the condition that was false. */
function skipReason(progress: Progress, { needs }: GraphTask, ended: string): Skip {
  const failed = needs.find((need) => {
    const state = stateOf(progress, need);
    return state.endedAt !== undefined && sideOf(state) === 'failed';
  });
  const because = failed ?? ended;
  return skipCause(failed === undefined ? 'condition' : 'failure', stateOf(progress, because).skip?.because ?? because);
}
