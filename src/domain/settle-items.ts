// How a forEach opens, how its items begin and end, and when it ends with them.
import { endHolds } from './budget-events.js';
import { reserve } from './budget-gate.js';
import { addUsage } from './call.js';
import { failure } from './failure.js';
import { taskOf, type Graph } from './graph.js';
import { jointOrigin, type Origin } from './origin.js';
import type { Outcome } from './outcome.js';
import { enqueueItems, stateOf, type Progress } from './progress.js';
import type { EventOf } from './progress-event.js';
import { settle } from './settle.js';

/** Ends a task, and with it, if the run stops because of that, each forEach that has nothing in flight. */
export function settleTask(graph: Graph, progress: Progress, event: EventOf<'settled'>): void {
  if (settle(graph, progress, event)) endIdleForEachs(graph, progress, event.now);
}

/** A forEach of a run that stops ends with its last item in flight; one that has none in flight ends here. */
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
    ...(event.values === undefined ? {} : { values: event.values }),
    ended: new Array<null>(total).fill(null),
  };
  if (total === 0) settleTask(graph, progress, { type: 'settled', task: id, outcome: succeeded([]), now });
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
  enqueueItems(progress, taskOf(graph, id));
}

export function settleItem(graph: Graph, progress: Progress, event: EventOf<'itemSettled'>): void {
  const { task: id, index, outcome, now } = event;
  const state = stateOf(progress, id);
  const { items } = state;
  if (items === undefined || items.ended[index] !== null) throw new Error(`task ${id}: item ${index} has ended before`);
  items.running--;
  progress.inFlight -= taskOf(graph, id).width;
  state.attempts += outcome.attempts;
  progress.usage = addUsage(progress.usage, outcome.usage);
  endHolds(progress, taskOf(graph, id), outcome, index);
  items.ended[index] =
    outcome.status === 'succeeded'
      ? { status: outcome.status, output: outcome.output, ...originIn(outcome) }
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
  settleTask(graph, progress, { type: 'settled', task: id, outcome: forEachOutcome(progress, id), now });
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
  const output = items.ended.map((item) => (item?.status === 'succeeded' ? (item.output ?? null) : null));
  const origin = jointOrigin(items.ended.map((item) => item?.origin));
  return { ...succeeded(output), ...originIn({ origin }) };
}

const originIn = ({ origin }: { readonly origin?: Origin | undefined }): { origin?: Origin } =>
  origin === undefined ? {} : { origin };
