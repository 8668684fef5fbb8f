// The transition function of a run: `advance(graph, progress, event)`, and what may start next.
// Once a task has failed (unless `onFailure` is `continue`) or the run is cancelled, nothing more starts.
import {
  queueFallback,
  endParallelCall,
  endFallback,
  setSubPlanShort,
  passTime,
  raiseLimits,
} from './budget-events.js';
import { fitOf, holdFor, isLeftOut, pauseForBudget, startHedge } from './budget-gate.js';
import { taskOf, type Graph } from '../plan/graph.js';
import { enqueueTask, hasNextItem, stateOf } from './progress.js';
import type { Progress, TaskState } from './state.js';
import type { EventOf, ProgressEvent } from './event.js';
import { assumeSizes, countHedgeEnded, hasOutputRoom, type OutputRoom } from './output-room.js';
import { dequeue, isEmpty, putBack } from './ready-queue.js';
import { noteDropped, rememberEvent } from './received-events.js';
import { endIdleForEachs, expand, settleItem, settleTask, startItem } from './settle-items.js';
import { willContinue } from './replan.js';
import {
  abandonNextPlan,
  conclude,
  cutUndoShort,
  end,
  endReplanning,
  failOutput,
  settleUnit,
  startReplanning,
  startUndoRun,
} from './phases.js';
import { skip, start } from './settle.js';
import { beginUndo } from './undo.js';

/** A task, or an item of a forEach, that may start now. */
export type Ready = {
  readonly task: string;
  readonly index?: number;
  /** The task is optional, and the budget is at its soft limit: the caller skips it. */
  readonly isLeftOut?: true;
};

/**
 * Takes the next task or item that may start out of the queue; `undefined` if there is none. The caller starts, skips or admits it.
 * With `room`, calls whose outputs may not fit into the history wait.
 */
export function takeReady(graph: Graph, progress: Progress, room?: OutputRoom): Ready | undefined {
  if (progress.phase !== 'running' || progress.pausedBecause !== undefined) return undefined;
  const { escrow } = progress;
  if (escrow !== undefined && (escrow.late === 'hard' || escrow.short.length > 0)) {
    pauseForBudget(progress);
    return undefined;
  }
  // A fallback belongs to a task that has begun, so it takes precedence over tasks that have not.
  let callsMayStart = progress.inFlight < graph.concurrency && !(escrow !== undefined && escrow.fallbacks.length > 0);
  for (;;) {
    const id = dequeue(progress.ready, callsMayStart);
    if (id === undefined) return undefined;
    const ready = readyOf(graph, progress, id);
    if (ready === undefined) continue;
    const verdict = gate(graph, progress, ready, room);
    if (verdict === 'fits') return ready;
    if (verdict === 'left-out') return { ...ready, isLeftOut: true };
    returnToQueue(graph, progress, ready);
    if (verdict === 'exceeded') {
      pauseForBudget(progress);
      return undefined;
    }
    callsMayStart = false;
  }
}

/** `undefined` for a task that was skipped while it was in the queue, and for a forEach in which too many items have failed. */
function readyOf(graph: Graph, progress: Progress, id: string): Ready | undefined {
  const state = stateOf(progress, id);
  if (state.status === 'pending') return { task: id };
  if (state.items === undefined) return undefined;
  state.items.queued = false;
  return hasNextItem(taskOf(graph, id), state) ? { task: id, index: state.items.next } : undefined;
}

function gate(graph: Graph, progress: Progress, { task: id, index }: Ready, room: OutputRoom | undefined) {
  const { escrow } = progress;
  if (escrow === undefined && room === undefined) return 'fits';
  const task = taskOf(graph, id);
  // Evaluating a condition costs nothing.
  const isToDecide = task.isCall && task.task.when !== undefined && stateOf(progress, id).waiting?.admitted !== true;
  if (isToDecide) return 'fits';
  const isCall = task.isCall || index !== undefined;
  if (room !== undefined && isCall && !hasOutputRoom(progress, task, room)) return 'waits';
  if (escrow === undefined) return 'fits';
  const what = holdFor(escrow, task, index);
  if (index === undefined && isLeftOut(escrow, task, what)) return 'left-out';
  return what === undefined ? 'fits' : fitOf(escrow, what);
}

function returnToQueue(graph: Graph, progress: Progress, { task: id, index }: Ready): void {
  const { items } = stateOf(progress, id);
  if (index !== undefined && items !== undefined) items.queued = true;
  putBack(progress.ready, taskOf(graph, id).priority, id);
}

export function advance(graph: Graph, progress: Progress, event: ProgressEvent): void {
  switch (event.type) {
    case 'admitted':
      return admit(graph, progress, event.task);
    case 'started':
      return start(graph, progress, event.task, event.now);
    case 'skipped':
      return skip(graph, progress, event.task, { cause: event.cause ?? 'condition' }, event.now);
    case 'settled':
      return settleTask(graph, progress, event);
    case 'expanded':
      return expand(graph, progress, event);
    case 'proposed':
      return propose(stateOf(progress, event.task), event);
    case 'answered':
      stateOf(progress, event.task).answer = event.answer;
      return;
    case 'eventReceived':
      return rememberEvent(progress, event);
    case 'sizesAssumed':
      return assumeSizes(progress);
    case 'eventDropped':
      return noteDropped(progress, event);
    case 'itemStarted':
      return startItem(graph, progress, event.task, event.index);
    case 'itemSettled':
      return settleItem(graph, progress, event);
    case 'stopped':
      return stop(graph, progress, event);
    case 'elapsed':
      return passTime(progress, event.ms);
    case 'raised':
      return raiseLimits(progress, event);
    case 'fallbackRequested':
      return queueFallback(progress, event);
    case 'fallbackEnded':
      return endFallback(progress, event);
    case 'hedgeStarted':
      return startHedge(progress, event);
    case 'hedgeEnded':
      progress.inFlight--;
      countHedgeEnded(progress, event.agent);
      return endParallelCall(progress, event);
    case 'parallelCallEnded':
      return endParallelCall(progress, event);
    case 'subPlanShort':
      return setSubPlanShort(progress, event);
    case 'asked':
      stateOf(progress, event.task).question = event.question;
      return;
    case 'due':
      stateOf(progress, event.task).dueAt = event.at;
      return;
    case 'concluded':
      return conclude(graph, progress, event);
    case 'outputFailed':
      return failOutput(progress, event);
    case 'replanStarted':
      return startReplanning(progress, event);
    case 'replanEnded':
      return endReplanning(graph, progress, event);
    case 'nextPlanAbandoned':
      return abandonNextPlan(graph, progress);
    case 'undoRunStarted':
      return startUndoRun(graph, progress, event);
    case 'undoStarted':
      return beginUndo(graph, progress);
    case 'undone':
      return settleUnit(graph, progress, event);
    case 'undoCutShort':
      return cutUndoShort(graph, progress);
    case 'ended':
      return end(progress, event);
    case 'paused':
      progress.pausedBecause = event.because;
      return;
    case 'resumed':
      delete progress.pausedBecause;
      return;
    default:
      event satisfies never;
  }
}

/** True once no task is running and none will start: the run then undoes its work, or ends. */
export function isQuiet(progress: Progress): boolean {
  if (progress.running > 0) return false;
  return progress.phase !== 'running' || isEmpty(progress.ready);
}

function admit(graph: Graph, progress: Progress, id: string): void {
  const { waiting } = stateOf(progress, id);
  if (waiting === undefined) throw new Error(`task ${id}: only a pending task is admitted`);
  waiting.admitted = true;
  enqueueTask(progress, taskOf(graph, id), waiting);
}

function propose(state: TaskState, { plan, asks }: EventOf<'proposed'>): void {
  state.made = plan;
  delete state.answer;
  if (asks) state.asks = true;
  else delete state.asks;
}

function stop(graph: Graph, progress: Progress, event: EventOf<'stopped'>): void {
  // The cause of the end is fixed once the run stops. Exception: a cancel ends a run that would continue with another plan.
  if (progress.phase !== 'running' && !(event.verdict === 'cancelled' && willContinue(graph, progress))) return;
  if (progress.phase === 'running') progress.phase = 'stopping';
  progress.verdict = event.verdict;
  progress.failure = event.failure;
  endIdleForEachs(graph, progress, event.now);
}
