// How a task begins and ends, and what its end means to those that depend on it.
// A1. Every change of a task's status goes through `move`, which knows the transitions that exist.
// A2. Settling a task costs O(its dependents): each is told once, and judged from counts.
import { endHolds } from './budget-events.js';
import { reserve } from './budget-gate.js';
import { addUsage } from './call.js';
import { failure, type RunFailure } from './failure.js';
import { taskOf, type Graph, type GraphTask } from './graph.js';
import { judgeJoin, sideOf } from './join.js';
import { enqueueTask, stateOf, type Progress, type Skip, type TaskState } from './progress.js';
import type { EventOf } from './progress-event.js';
import { assertTransition, type TaskStatus } from './status.js';

export function move(id: string, state: TaskState, to: TaskStatus): void {
  assertTransition(id, state.status, to);
  state.status = to;
  delete state.waiting;
}

export const skipCause = (cause: Skip['cause'], because: string | undefined): Skip =>
  because === undefined ? { cause } : { cause, because };

export function start(graph: Graph, progress: Progress, id: string, now: number): void {
  const state = stateOf(progress, id);
  move(id, state, 'running');
  state.startedAt = now;
  progress.running++;
  const task = taskOf(graph, id);
  if (task.isCall) progress.inFlight += task.width;
  reserve(progress, task);
}

/** Ends a task. True if the run stops because of it: then `endIdleForEachs` is due. */
export function settle(graph: Graph, progress: Progress, event: EventOf<'settled'>): boolean {
  const { task: id, outcome, now } = event;
  const state = stateOf(progress, id);
  // The start and the end of a task may be one event, where its input could not be made.
  if (state.status === 'pending') start(graph, progress, id, now);
  move(id, state, outcome.status);
  delete state.answer;
  delete state.asks;
  progress.running--;
  const { isCall, width } = taskOf(graph, id);
  if (isCall) progress.inFlight -= width;
  state.endedAt = now;
  state.attempts += outcome.attempts;
  progress.usage = addUsage(progress.usage, outcome.usage);
  endHolds(progress, taskOf(graph, id), outcome);
  if (outcome.status === 'succeeded') state.output = outcome.output;
  else state.failure = outcome.failure;
  if (outcome.status === 'succeeded' && outcome.origin !== undefined) state.origin = outcome.origin;
  if (event.child !== undefined) state.child = event.child;
  if (event.answeredBy !== undefined) state.answeredBy = event.answeredBy;
  const stops = outcome.status !== 'succeeded' && noteFailure(graph, progress, id, state);
  tellDependents(graph, progress, [id], now);
  return stops;
}

/** True if the run stops because of it. */
function noteFailure(graph: Graph, progress: Progress, id: string, state: TaskState): boolean {
  if (progress.phase !== 'running') return false;
  progress.failure ??= failureOfTask(id, state);
  if (graph.onFailure === 'continue') return false;
  progress.phase = 'stopping';
  progress.verdict = 'failed';
  return true;
}

function failureOfTask(id: string, { failure: cause, status }: TaskState): RunFailure {
  const what = cause === undefined ? status : `${cause.type}: ${cause.message}`;
  return {
    ...failure('TaskFailed', `task ${id} ${status === 'failed' ? 'failed' : `ended ${status}`}: ${what}`),
    task: id,
  };
}

export function skip(graph: Graph, progress: Progress, id: string, cause: Skip, now: number): void {
  const state = stateOf(progress, id);
  move(id, state, 'skipped');
  Object.assign(state, { skip: cause, endedAt: now });
  tellDependents(graph, progress, [id], now);
}

/** Tells the dependents of each task that has ended, and theirs if that made them skipped. */
function tellDependents(graph: Graph, progress: Progress, ended: string[], now: number): void {
  for (const id of ended) {
    const side = sideOf(stateOf(progress, id));
    for (const dependentId of taskOf(graph, id).dependents) {
      const state = stateOf(progress, dependentId);
      const { waiting } = state;
      if (waiting === undefined) continue;
      waiting.open--;
      waiting[side]++;
      // What has not started in a run that stops is settled by `conclude`.
      if (waiting.decided || progress.phase !== 'running') continue;
      const dependent = taskOf(graph, dependentId);
      const verdict = judgeJoin(dependent.join, waiting);
      if (verdict === 'holds') enqueueTask(progress, dependent, waiting);
      if (verdict !== 'never') continue;
      const skip = whySkipped(progress, dependent, id);
      move(dependentId, state, 'skipped');
      Object.assign(state, { skip, endedAt: now });
      ended.push(dependentId);
    }
  }
}

/** Traces a skip to where it began: to a need that failed, if there is one, else to the condition that was false. */
function whySkipped(progress: Progress, { needs }: GraphTask, told: string): Skip {
  const failed = needs.find((need) => {
    const state = stateOf(progress, need);
    return state.endedAt !== undefined && sideOf(state) === 'failed';
  });
  const because = failed ?? told;
  return skipCause(failed === undefined ? 'condition' : 'failure', stateOf(progress, because).skip?.because ?? because);
}
