// The transition function of a run: `advance(graph, progress, event)`, and what may start next.
// Once a failure is known (unless the plan continues) or a cancel is asked for, nothing starts any more.
import { askFallback, endCall, endFallback, noteShort, passTime, raise } from './budget-events.js';
import { fitOf, holdFor, isLeftOut, pauseForBudget, startHedge } from './budget-gate.js';
import { taskOf, type Graph } from './graph.js';
import { enqueueTask, hasNextItem, stateOf, type Progress, type TaskState } from './progress.js';
import type { EventOf, ProgressEvent } from './progress-event.js';
import { dequeue, isEmpty, putBack } from './ready-queue.js';
import { endIdleForEachs, expand, settleItem, settleTask, startItem } from './settle-items.js';
import { isToGoOn } from './replan.js';
import { move, skip, skipCause, start } from './settle.js';

/** A task, or an item of a forEach, that may start now. */
export type Ready = {
  readonly task: string;
  readonly index?: number;
  /** It is optional, and the budget is at its soft limit: it is to be skipped. */
  readonly isLeftOut?: true;
};

/** Takes what may start next out of the queue; `undefined` if nothing may. The caller starts, skips or admits it. */
export function takeReady(graph: Graph, progress: Progress): Ready | undefined {
  if (progress.phase !== 'running' || progress.pausedBecause !== undefined) return undefined;
  const { escrow } = progress;
  if (escrow !== undefined && (escrow.late === 'hard' || escrow.short.length > 0)) {
    pauseForBudget(progress);
    return undefined;
  }
  // A fallback is part of a call that has begun: it goes before what has not.
  let callsMayStart = progress.inFlight < graph.concurrency && !(escrow !== undefined && escrow.fallbacks.length > 0);
  for (;;) {
    const id = dequeue(progress.ready, callsMayStart);
    if (id === undefined) return undefined;
    const ready = readyOf(graph, progress, id);
    if (ready === undefined) continue;
    const verdict = gate(graph, progress, ready);
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

/** A task that was skipped while it waited, and a forEach in which too many have failed, are passed over. */
function readyOf(graph: Graph, progress: Progress, id: string): Ready | undefined {
  const state = stateOf(progress, id);
  if (state.status === 'pending') return { task: id };
  if (state.items === undefined) return undefined;
  state.items.queued = false;
  return hasNextItem(taskOf(graph, id), state) ? { task: id, index: state.items.next } : undefined;
}

function gate(graph: Graph, progress: Progress, { task: id, index }: Ready) {
  const { escrow } = progress;
  if (escrow === undefined) return 'fits';
  const task = taskOf(graph, id);
  // To decide on a condition costs nothing.
  const isToDecide = task.isCall && task.task.when !== undefined && stateOf(progress, id).waiting?.admitted !== true;
  if (isToDecide) return 'fits';
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
    case 'itemStarted':
      return startItem(graph, progress, event.task, event.index);
    case 'itemSettled':
      return settleItem(graph, progress, event);
    case 'stopped':
      return stop(graph, progress, event);
    case 'elapsed':
      return passTime(progress, event.ms);
    case 'raised':
      return raise(progress, event);
    case 'fallbackAsked':
      return askFallback(progress, event);
    case 'fallbackAnswered':
      return endFallback(progress, event);
    case 'hedgeStarted':
      return startHedge(progress, event);
    case 'hedgeEnded':
      progress.inFlight--;
      return endCall(progress, event);
    case 'rivalEnded':
      return endCall(progress, event);
    case 'subPlanShort':
      return noteShort(progress, event);
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

/** True once nothing runs and nothing will start: the time to undo, or to end. */
export function isQuiet(progress: Progress): boolean {
  if (progress.running > 0) return false;
  return progress.phase !== 'running' || isEmpty(progress.ready);
}

/** Ends the forward part: what never started is skipped, and the verdict is given. Expects `isQuiet`. */
export function conclude(graph: Graph, progress: Progress, now: number): void {
  const because = progress.failure?.task;
  for (const id of graph.order) {
    const state = stateOf(progress, id);
    if (state.status !== 'pending') continue;
    move(id, state, 'skipped');
    Object.assign(state, { skip: skipCause('failure', because), endedAt: now });
  }
  if (progress.failure !== undefined && progress.verdict === 'completed') progress.verdict = 'failed';
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
  // What comes while the run stops or undoes changes nothing of why it ends; one that is to go on after that ends by a cancel.
  if (progress.phase !== 'running' && !(event.verdict === 'cancelled' && isToGoOn(graph, progress))) return;
  if (progress.phase === 'running') progress.phase = 'stopping';
  progress.verdict = event.verdict;
  progress.failure = event.failure;
  endIdleForEachs(graph, progress, event.now);
}
