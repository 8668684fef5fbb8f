// The transition function of a run: `advance(graph, progress, event)`, and what may start next.
// Once a failure is known (unless the plan continues) or a cancel is asked for, nothing starts any more.
import { taskOf, type Graph } from './graph.js';
import { enqueueTask, hasNextItem, stateOf, type Progress, type TaskState } from './progress.js';
import type { EventOf, ProgressEvent } from './progress-event.js';
import { dequeue, isEmpty } from './ready-queue.js';
import { endIdleForEachs, expand, settleItem, settleTask, startItem } from './settle-items.js';
import { move, skip, skipCause, start } from './settle.js';

/** A task, or an item of a forEach, that may start now. */
export type Ready = { readonly task: string; readonly index?: number };

/** Takes what may start next out of the queue; `undefined` if nothing may. The caller starts, skips or admits it. */
export function takeReady(graph: Graph, progress: Progress): Ready | undefined {
  if (progress.phase !== 'running' || progress.pausedBecause !== undefined) return undefined;
  for (;;) {
    const id = dequeue(progress.ready, progress.inFlight < graph.concurrency);
    if (id === undefined) return undefined;
    const state = stateOf(progress, id);
    if (state.status === 'pending') return { task: id };
    // A task that was skipped while it waited, and a forEach in which too many have failed, are passed over.
    if (state.items === undefined) continue;
    state.items.queued = false;
    if (hasNextItem(taskOf(graph, id), state)) return { task: id, index: state.items.next };
  }
}

export function advance(graph: Graph, progress: Progress, event: ProgressEvent): void {
  switch (event.type) {
    case 'admitted':
      return admit(graph, progress, event.task);
    case 'started':
      return start(graph, progress, event.task, event.now);
    case 'skipped':
      return skip(graph, progress, event.task, skipCause('condition', event.because), event.now);
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
  // What comes while the run stops or undoes changes nothing of why it ends.
  if (progress.phase !== 'running') return;
  progress.phase = 'stopping';
  progress.verdict = event.verdict;
  progress.failure = event.failure;
  endIdleForEachs(graph, progress, event.now);
}
