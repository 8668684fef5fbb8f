// How a forEach and its items start and end.
import { defined } from '../json/defined.js';
import { endHolds } from './budget-events.js';
import { reserve } from './budget-gate.js';
import { countEnded, countStarted } from './output-room.js';
import { addUsage } from '../call/usage.js';
import { failure } from '../failure.js';
import { taskOf, type Graph } from '../plan/graph.js';
import { jointOrigin, type Origin } from '../call/origin.js';
import type { Outcome } from '../call/outcome.js';
import { enqueueItems, stateOf } from './progress.js';
import { type Progress } from './state.js';
import type { EventOf } from './event.js';
import { settle, type TaskEnd } from './settle.js';

/** Ends a task. If the run stops because of it, also ends each forEach that has no item in flight. */
export function settleTask(graph: Graph, progress: Progress, event: TaskEnd): void {
  if (settle(graph, progress, event)) endIdleForEachs(graph, progress, event.now);
}

/** Ends each forEach without items in flight, in a run that stops. The others end with their last item in flight. */
export function endIdleForEachs(graph: Graph, progress: Progress, now: number): void {
  for (const id of graph.order) {
    const { status, items } = stateOf(progress, id);
    if (status === 'running' && items?.running === 0) settleForEach(graph, progress, id, now);
  }
}

export function expand(graph: Graph, progress: Progress, event: EventOf<'expanded'>): void {
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
    ...defined({ values: event.values }),
    ended: new Array<null>(total).fill(null),
  };
  if (total === 0) settleTask(graph, progress, { task: id, outcome: succeeded([]), now });
  else enqueueItems(progress, taskOf(graph, id));
}

const succeeded = (output: unknown): Outcome => ({ status: 'succeeded', output, attempts: 0 });

export function startItem(graph: Graph, progress: Progress, id: string, index: number): void {
  const { items } = stateOf(progress, id);
  if (items === undefined || index !== items.next)
    throw new Error(`task ${id}: item ${index} is not the next to start`);
  reserve(progress, taskOf(graph, id), index);
  items.next++;
  items.running++;
  progress.inFlight += taskOf(graph, id).width;
  countStarted(progress, taskOf(graph, id));
  enqueueItems(progress, taskOf(graph, id));
}

export function settleItem(graph: Graph, progress: Progress, event: EventOf<'itemSettled'>): void {
  const { task: id, index, outcome, now } = event;
  const state = stateOf(progress, id);
  const { items } = state;
  if (items === undefined || items.ended[index] !== null) throw new Error(`task ${id}: item ${index} has ended before`);
  items.running--;
  progress.inFlight -= taskOf(graph, id).width;
  countEnded(progress, taskOf(graph, id), outcome.status === 'succeeded' ? outcome.output : undefined);
  state.attempts += outcome.attempts;
  progress.usage = addUsage(progress.usage, outcome.usage);
  endHolds(progress, taskOf(graph, id), outcome, index);
  items.ended[index] =
    outcome.status === 'succeeded'
      ? { status: outcome.status, output: outcome.output, ...originIn(outcome) }
      : { status: outcome.status, failure: outcome.failure };
  if (event.child !== undefined) items.ended[index].child = event.child;
  progress.debt.push(...(event.debt ?? []));
  if (outcome.status === 'succeeded') items.succeeded++;
  else items.failed++;
  settleForEach(graph, progress, id, now);
  enqueueItems(progress, taskOf(graph, id));
}

/** Ends a forEach when all items have ended or, if too many have failed or the run stops, when those in flight have ended. */
function settleForEach(graph: Graph, progress: Progress, id: string, now: number): void {
  const items = stateOf(progress, id).items!;
  const tooMany = items.failed > items.tolerated;
  const stopping = progress.phase !== 'running';
  if (items.running > 0) return;
  if (!tooMany && !stopping && items.next < items.total) return;
  settleTask(graph, progress, { task: id, outcome: forEachOutcome(progress, id), now });
}

function forEachOutcome(progress: Progress, id: string): Outcome {
  const items = stateOf(progress, id).items!;
  const wasCancelled = items.ended.some((item) => item?.failure?.type === 'Cancelled');
  if (progress.phase !== 'running' && (items.next < items.total || wasCancelled)) {
    const why = failure('Cancelled', 'the run stopped before all items had ended');
    return { status: 'cancelled', attempts: 0, failure: why };
  }
  if (items.failed > items.tolerated) {
    // Items that were cancelled are not the cause: they were in flight when too many others had failed.
    const first = items.ended.findIndex((item) => item?.failure !== undefined && item.failure.type !== 'Cancelled');
    const why = items.ended[first]?.failure?.message ?? 'cancelled';
    const { failed, tolerated, total } = items;
    const many = tolerated === 0 ? String(failed) : `more than ${tolerated}`;
    const message = `${many} of ${total} items failed; the first, item ${Math.max(first, 0)}: ${why}`;
    return { status: 'failed', attempts: 0, failure: failure('TooManyFailures', message) };
  }
  const output = items.ended.map((item) => item?.output ?? null);
  const origin = jointOrigin(items.ended.map((item) => item?.origin));
  return { ...succeeded(output), ...originIn({ origin }) };
}

const originIn = ({ origin }: { readonly origin?: Origin | undefined }): { origin?: Origin } =>
  origin === undefined ? {} : { origin };
