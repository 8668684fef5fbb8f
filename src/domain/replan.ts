// A run that has failed and is planned anew: whether it is, and the progress with which it goes on.
// R1. What has worked and stays is not done again: its state is carried over, with the names of its calls.
// R2. What is new has the number of the re-planning in the names of its calls, so that no service takes them for old ones.
import type { AgentCard } from './agent.js';
import { estimatesIn } from './cards.js';
import { BUDGET_EXCEEDED, declare, ownLimits, type Escrow } from './escrow.js';
import type { Graph } from './graph.js';
import type { Plan } from './plan.js';
import { createProgress, stateOf, type Progress } from './progress.js';
import type { ReplanNote } from './run-result.js';

const DEFAULT_REPLANS = 2;

/** What a run goes on with, once it has undone what that drops. */
export interface Next {
  readonly plan: Plan;
  /** Tasks whose states stay as they are. */
  readonly kept: readonly string[];
  /** Of the agents that the new plan may call. */
  readonly cards: Readonly<Record<string, AgentCard>>;
  readonly note: ReplanNote;
}

const mostReplans = ({ plan }: Graph): number => plan.replan?.replans ?? DEFAULT_REPLANS;

export const replansLeft = (graph: Graph, { replans = [] }: Progress): number => mostReplans(graph) - replans.length;

/** True where a run that has failed is to be planned anew. One whose history is at its end has no room for more. */
export const mayReplan = (graph: Graph, progress: Progress): boolean =>
  graph.onFailure === 'replan' &&
  progress.verdict === 'failed' &&
  progress.failure?.type !== 'RunTooLarge' &&
  replansLeft(graph, progress) > 0;

/** True of a run that has failed, and will go on with another plan if all is well. */
export const isToGoOn = (graph: Graph, progress: Progress): boolean =>
  progress.next !== undefined ||
  (mayReplan(graph, progress) && (progress.phase === 'stopping' || progress.phase === 'replanning'));

/** Expects a run that has failed, and is quiet. */
export function noteOf(graph: Graph, progress: Progress, dropped: readonly string[]): ReplanNote {
  const { details: _, ...failure } = progress.failure!;
  const failed = graph.order.flatMap((task) => {
    const { failure } = stateOf(progress, task);
    if (failure === undefined || failure.type === 'Cancelled') return [];
    return [{ task, failure: { type: failure.type, message: failure.message } }];
  });
  return { failure, failed, dropped: [...dropped], of: mostReplans(graph) };
}

/** Of a run that goes on with another plan, of which `graph` is. */
export function replannedProgress(
  graph: Graph,
  before: Progress,
  { kept, cards, note }: Pick<Next, 'kept' | 'cards' | 'note'>,
  plans: Readonly<Record<string, unknown>> = {},
): Progress {
  const replans = [...(before.replans ?? []), note];
  const ended = Object.fromEntries(kept.map((id) => [id, stateOf(before, id)]));
  const { usage, escrow, compensated, debt, pausedBecause } = before;
  return {
    ...createProgress(graph, undefined, { ended, replan: replans.length }),
    usage,
    ...(escrow === undefined
      ? {}
      : { escrow: { ...escrow, own: ownLimits(graph, plans), declared: declaredWith(escrow, cards) } }),
    // Whether the budget has room is found out when something asks for it.
    ...(pausedBecause === undefined || pausedBecause === BUDGET_EXCEEDED ? {} : { pausedBecause }),
    compensated,
    debt,
    replans,
  };
}

const declaredWith = ({ declared }: Escrow, cards: Next['cards']): Escrow['declared'] => ({
  ...declared,
  ...declare(estimatesIn(cards)),
});
