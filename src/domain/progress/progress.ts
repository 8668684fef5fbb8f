// The state of all tasks of a run, as one JSON value. Only `advance` and undo.ts change it, in place: a copy for every event would
// make a run of n tasks cost n². Nothing here reads a clock: `now` is always a parameter (ms since 1970).
import { NO_USAGE } from '../call/usage.js';
import { createEscrow, type EscrowSources } from '../budget/ledger.js';
import { entry } from '../json/own-property.js';
import { ownLimits } from './sub-plan-limits.js';
import { taskOf, type Graph, type GraphTask } from '../plan/graph.js';
import { judgeJoin, sideOf } from './join.js';
import { emptyQueue, enqueue, FREE_LANE } from './ready-queue.js';
import type { EarlierProgress, Progress, TaskState, WaitingState } from './state.js';

export function createProgress(graph: Graph, sources?: EscrowSources, before?: EarlierProgress): Progress {
  const progress: Progress = {
    phase: 'running',
    verdict: 'completed',
    tasks: {},
    ready: emptyQueue(),
    inFlight: 0,
    running: 0,
    usage: NO_USAGE,
    ...(sources === undefined ? {} : { escrow: createEscrow(sources, ownLimits(graph, sources.plans)) }),
    compensated: [],
    debt: [],
  };
  for (const { id, needs } of graph.tasks.values()) {
    progress.tasks[id] = entry(before?.ended ?? {}, id) ?? {
      status: 'pending',
      waiting: { open: needs.length, succeeded: 0, failed: 0, passed: 0 },
      attempts: 0,
      ...(before === undefined ? {} : { replan: before.replan }),
    };
  }
  if (before !== undefined) countEnded(graph, progress, before);
  for (const id of graph.order) {
    const task = taskOf(graph, id);
    const { waiting } = stateOf(progress, id);
    if (waiting !== undefined && judgeJoin(task.join, waiting) === 'holds') enqueueTask(progress, task, waiting);
  }
  return progress;
}

function countEnded(graph: Graph, progress: Progress, { ended }: EarlierProgress): void {
  for (const [id, state] of Object.entries(ended)) {
    for (const dependent of taskOf(graph, id).dependents) {
      const { waiting } = stateOf(progress, dependent);
      if (waiting === undefined) continue;
      waiting.open--;
      waiting[sideOf(state)]++;
    }
  }
}

/** True if a pause has an effect: a run that stops or undoes its work does not wait for `resume`. */
export const canBePaused = ({ phase }: Progress): boolean => phase === 'running' || phase === 'replanning';

export function stateOf(progress: Progress, id: string): TaskState {
  const state = progress.tasks[id];
  // Inherited properties, such as `constructor`, have no status.
  if (state?.status === undefined) throw new Error(`expected the id of a task of this run, got ${JSON.stringify(id)}`);
  return state;
}

/** True if only the next Workflow Task has to come: a pending task that waits for nothing, but perhaps for room. */
export const isAboutToStart = (progress: Progress, id: string): boolean => {
  const { status, waiting } = stateOf(progress, id);
  const mayStart = progress.phase === 'running' && progress.pausedBecause === undefined;
  return mayStart && status === 'pending' && waiting?.decided === true;
};

/** Queues a task whose join holds. Conditions are evaluated without waiting for capacity; only calls need it. */
export function enqueueTask(progress: Progress, task: GraphTask, waiting: WaitingState): void {
  waiting.decided = true;
  const free = !task.isCall || (task.task.when !== undefined && waiting.admitted !== true);
  enqueue(progress.ready, free ? FREE_LANE : task.priority, task.id);
}

/** True if an item may start: one is left, not too many are running, and not too many have failed. */
export function hasNextItem(task: GraphTask, { status, items }: TaskState): boolean {
  if (status !== 'running' || items === undefined) return false;
  const most = task.task.forEach?.concurrency ?? Infinity;
  return items.next < items.total && items.running < most && items.failed <= items.tolerated;
}

/** Queues a forEach if it has an item that may start. */
export function enqueueItems(progress: Progress, task: GraphTask): void {
  const state = stateOf(progress, task.id);
  if (state.items === undefined || state.items.queued || !hasNextItem(task, state)) return;
  state.items.queued = true;
  enqueue(progress.ready, task.priority, task.id);
}
