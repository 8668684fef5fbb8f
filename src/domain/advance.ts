// The transition function of a run: `advance(graph, progress, event)`.
// A1. Every change of a task's status goes through `move`, which knows the transitions that exist.
// A2. Settling a task costs O(its dependents): each is told once, and judged from counts.
// A3. Once a failure is known (unless the plan continues) or a cancel is asked for, nothing starts any more.
import { addUsage } from './call.js';
import { failure, type RunFailure } from './failure.js';
import { taskOf, type Graph, type GraphTask } from './graph.js';
import { judgeJoin } from './join.js';
import type { Outcome } from './outcome.js';
import {
  enqueueItems,
  enqueueTask,
  hasNextItem,
  stateOf,
  type Progress,
  type Skip,
  type TaskState,
} from './progress.js';
import { dequeue, isEmpty } from './ready-queue.js';
import { assertTransition, type TaskStatus } from './status.js';

export type ProgressEvent =
  /** Its condition was true, or it has none and costs no capacity: it may start as soon as there is a place. */
  | { readonly type: 'admitted'; readonly task: string }
  | { readonly type: 'started'; readonly task: string; readonly now: number }
  | { readonly type: 'skipped'; readonly task: string; readonly because?: string; readonly now: number }
  | {
      readonly type: 'settled';
      readonly task: string;
      readonly outcome: Outcome;
      readonly now: number;
      readonly child?: unknown;
      readonly answeredBy?: string;
    }
  /** A forEach knows its items. `tolerated` is a count. */
  | {
      readonly type: 'expanded';
      readonly task: string;
      readonly total: number;
      readonly tolerated: number;
      readonly now: number;
      readonly values?: readonly unknown[];
    }
  /** A person or an event has answered a task that waits. */
  | { readonly type: 'answered'; readonly task: string; readonly answer: unknown }
  | { readonly type: 'itemStarted'; readonly task: string; readonly index: number }
  | {
      readonly type: 'itemSettled';
      readonly task: string;
      readonly index: number;
      readonly outcome: Outcome;
      readonly now: number;
      readonly child?: unknown;
    }
  /** The run itself cannot go on, or was asked to end. */
  | {
      readonly type: 'stopped';
      readonly verdict: 'failed' | 'cancelled';
      readonly failure: RunFailure;
      readonly now: number;
    }
  | { readonly type: 'paused'; readonly because: string }
  | { readonly type: 'resumed' };

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
      return settle(graph, progress, event);
    case 'expanded':
      return expand(graph, progress, event);
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

export function move(id: string, state: TaskState, to: TaskStatus): void {
  assertTransition(id, state.status, to);
  state.status = to;
  delete state.waiting;
}

const skipCause = (cause: Skip['cause'], because: string | undefined): Skip =>
  because === undefined ? { cause } : { cause, because };

function admit(graph: Graph, progress: Progress, id: string): void {
  const { waiting } = stateOf(progress, id);
  if (waiting === undefined) throw new Error(`task ${id}: only a pending task is admitted`);
  waiting.admitted = true;
  enqueueTask(progress, taskOf(graph, id), waiting);
}

function start(graph: Graph, progress: Progress, id: string, now: number): void {
  const state = stateOf(progress, id);
  move(id, state, 'running');
  state.startedAt = now;
  progress.running++;
  if (taskOf(graph, id).isCall) progress.inFlight++;
}

function settle(graph: Graph, progress: Progress, event: Extract<ProgressEvent, { type: 'settled' }>): void {
  const { task: id, outcome, now } = event;
  const state = stateOf(progress, id);
  // The start and the end of a task may be one event, where its input could not be made.
  if (state.status === 'pending') start(graph, progress, id, now);
  move(id, state, outcome.status);
  delete state.answer;
  progress.running--;
  if (taskOf(graph, id).isCall) progress.inFlight--;
  state.endedAt = now;
  state.attempts += outcome.attempts;
  progress.usage = addUsage(progress.usage, outcome.usage);
  if (outcome.status === 'succeeded') state.output = outcome.output;
  else state.failure = outcome.failure;
  if (event.child !== undefined) state.child = event.child;
  if (event.answeredBy !== undefined) state.answeredBy = event.answeredBy;
  const stops = outcome.status !== 'succeeded' && noteFailure(graph, progress, id, state);
  tellDependents(graph, progress, [id], now);
  if (stops) endIdleForEachs(graph, progress, now);
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

/** A forEach of a run that stops ends with its last item in flight; one that has none in flight ends here. */
function endIdleForEachs(graph: Graph, progress: Progress, now: number): void {
  for (const id of graph.order) {
    const { status, items } = stateOf(progress, id);
    if (status === 'running' && items?.running === 0) settleForEach(graph, progress, id, now);
  }
}

function failureOfTask(id: string, { failure: cause, status }: TaskState): RunFailure {
  const what = cause === undefined ? status : `${cause.type}: ${cause.message}`;
  return {
    ...failure('TaskFailed', `task ${id} ${status === 'failed' ? 'failed' : `ended ${status}`}: ${what}`),
    task: id,
  };
}

function stop(graph: Graph, progress: Progress, event: Extract<ProgressEvent, { type: 'stopped' }>): void {
  // What comes while the run stops or undoes changes nothing of why it ends.
  if (progress.phase !== 'running') return;
  progress.phase = 'stopping';
  progress.verdict = event.verdict;
  progress.failure = event.failure;
  endIdleForEachs(graph, progress, event.now);
}

function skip(graph: Graph, progress: Progress, id: string, cause: Skip, now: number): void {
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

function sideOf({ status, skip }: TaskState): 'succeeded' | 'failed' | 'passed' {
  if (status === 'succeeded') return 'succeeded';
  return skip?.cause === 'condition' ? 'passed' : 'failed';
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

function expand(graph: Graph, progress: Progress, event: Extract<ProgressEvent, { type: 'expanded' }>): void {
  const { task: id, total, tolerated, now } = event;
  const state = stateOf(progress, id);
  state.items = {
    total,
    tolerated,
    next: 0,
    queued: false,
    running: 0,
    succeeded: 0,
    failed: 0,
    ...(event.values === undefined ? {} : { values: event.values }),
    ended: new Array<null>(total).fill(null),
  };
  if (total === 0) settle(graph, progress, { type: 'settled', task: id, outcome: succeeded([]), now });
  else enqueueItems(progress, taskOf(graph, id));
}

const succeeded = (output: unknown): Outcome => ({ status: 'succeeded', output, attempts: 0 });

function startItem(graph: Graph, progress: Progress, id: string, index: number): void {
  const { items } = stateOf(progress, id);
  if (items === undefined || index !== items.next)
    throw new Error(`task ${id}: item ${index} is not the next to start`);
  items.next++;
  items.running++;
  progress.inFlight++;
  enqueueItems(progress, taskOf(graph, id));
}

function settleItem(graph: Graph, progress: Progress, event: Extract<ProgressEvent, { type: 'itemSettled' }>): void {
  const { task: id, index, outcome, now } = event;
  const state = stateOf(progress, id);
  const { items } = state;
  if (items === undefined || items.ended[index] !== null) throw new Error(`task ${id}: item ${index} has ended before`);
  items.running--;
  progress.inFlight--;
  state.attempts += outcome.attempts;
  progress.usage = addUsage(progress.usage, outcome.usage);
  items.ended[index] =
    outcome.status === 'succeeded'
      ? { status: outcome.status, output: outcome.output }
      : { status: outcome.status, failure: outcome.failure };
  if (event.child !== undefined) items.ended[index].child = event.child;
  if (outcome.status === 'succeeded') items.succeeded++;
  else items.failed++;
  settleForEach(graph, progress, id, now);
  enqueueItems(progress, taskOf(graph, id));
}

/** A forEach ends when its items have, or, once too many failed or the run stops, when those in flight have. */
function settleForEach(graph: Graph, progress: Progress, id: string, now: number): void {
  const items = stateOf(progress, id).items!;
  const tooMany = items.failed > items.tolerated;
  const stopping = progress.phase !== 'running';
  if (items.running > 0) return;
  if (!tooMany && !stopping && items.next < items.total) return;
  settle(graph, progress, { type: 'settled', task: id, outcome: forEachOutcome(progress, id), now });
}

function forEachOutcome(progress: Progress, id: string): Outcome {
  const items = stateOf(progress, id).items!;
  const wasCancelled = items.ended.some((item) => item?.failure?.type === 'Cancelled');
  if (progress.phase !== 'running' && (items.next < items.total || wasCancelled)) {
    const why = failure('Cancelled', 'the run stopped before all items had ended');
    return { status: 'cancelled', attempts: 0, failure: why };
  }
  if (items.failed > items.tolerated) {
    // Those in flight were cancelled because of the ones that failed by themselves.
    const first = items.ended.findIndex((item) => item?.failure !== undefined && item.failure.type !== 'Cancelled');
    const why = items.ended[first]?.failure?.message ?? 'cancelled';
    const message = `more than ${items.tolerated} of ${items.total} items failed; the first, item ${Math.max(first, 0)}: ${why}`;
    return { status: 'failed', attempts: 0, failure: failure('TooManyFailures', message) };
  }
  return succeeded(items.ended.map((item) => (item?.status === 'succeeded' ? (item.output ?? null) : null)));
}
