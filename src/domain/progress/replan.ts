// Re-planning a run that has failed: whether it is allowed, and the progress with which the run continues.
// R1. A task that succeeded and is kept does not run again: its state is carried over, with the names of its calls.
// R2. The calls of new tasks have the number of the re-planning in their names, so that no service mistakes them for old calls.
import { estimatesIn } from '../agent/card.js';
import { BUDGET_EXCEEDED, declare, type Escrow } from '../budget/ledger.js';
import { ownLimits } from './sub-plan-limits.js';
import { defined } from '../json/defined.js';
import type { Graph } from '../plan/graph.js';
import { createProgress, stateOf } from './progress.js';
import type { NextPlan, Progress } from './state.js';
import type { ReplanNote } from './replan-note.js';

const DEFAULT_REPLANS = 2;

const maxReplans = ({ plan }: Graph): number => plan.replan?.replans ?? DEFAULT_REPLANS;

export const replansLeft = (graph: Graph, { replans = [] }: Progress): number => maxReplans(graph) - replans.length;

/** True if a run that has failed is to be re-planned. A run whose history is full has no room for more. */
export const mayReplan = (graph: Graph, progress: Progress): boolean =>
  graph.onFailure === 'replan' &&
  progress.verdict === 'failed' &&
  progress.failure?.type !== 'RunTooLarge' &&
  replansLeft(graph, progress) > 0;

/** True if a run has failed and will continue with another plan, unless something prevents it. */
export const willContinue = (graph: Graph, progress: Progress): boolean =>
  progress.next !== undefined ||
  (mayReplan(graph, progress) && (progress.phase === 'stopping' || progress.phase === 'replanning'));

/** The note of a re-planning in the result. Expects a run that has failed and is quiet. */
export function replanNote(graph: Graph, progress: Progress, dropped: readonly string[]): ReplanNote {
  const { details: _, ...failure } = progress.failure!;
  const failed = graph.order.flatMap((task) => {
    const { failure } = stateOf(progress, task);
    if (failure === undefined || failure.type === 'Cancelled') return [];
    return [{ task, failure: { type: failure.type, message: failure.message } }];
  });
  return { failure, failed, dropped: [...dropped], of: maxReplans(graph) };
}

/** The progress of a run that continues with another plan. `graph` is the graph of that plan. */
export function replannedProgress(
  graph: Graph,
  before: Progress,
  { kept, cards, note }: Pick<NextPlan, 'kept' | 'cards' | 'note'>,
  plans: Readonly<Record<string, unknown>> = {},
): Progress {
  const replans = [...(before.replans ?? []), note];
  const ended = Object.fromEntries(kept.map((id) => [id, stateOf(before, id)]));
  const { usage, escrow, events, compensated, debt, pausedBecause, outputs } = before;
  return {
    ...createProgress(graph, undefined, { ended, replan: replans.length }),
    usage,
    ...(escrow === undefined
      ? {}
      : { escrow: { ...escrow, own: ownLimits(graph, plans), declared: declaredWith(escrow, cards) } }),
    // A pause by the budget is not carried over: the next call that does not fit pauses the run again.
    ...(pausedBecause === undefined || pausedBecause === BUDGET_EXCEEDED ? {} : { pausedBecause }),
    ...defined({ events, outputs }),
    compensated,
    debt,
    replans,
  };
}

const declaredWith = ({ declared }: Escrow, cards: NextPlan['cards']): Escrow['declared'] => ({
  ...declared,
  ...declare(estimatesIn(cards)),
});
