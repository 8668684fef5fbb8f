// The state of all the tasks of a run, as one JSON value. It is changed in place, by `advance` and `undo` alone: a copy for
// every event would make a run of n tasks cost n². Nothing in here reads a clock; `now` is always handed in (ms since 1970).
import { NO_USAGE, type Usage } from './call.js';
import { createEscrow, entry, type Escrow, type EscrowSources } from './escrow.js';
import type { Failure, RunFailure } from './failure.js';
import { taskOf, type Graph, type GraphTask } from './graph.js';
import { judgeJoin, sideOf, type NeedCounts } from './join.js';
import type { OutcomeStatus } from './outcome.js';
import type { Origin } from './origin.js';
import type { Plan } from './plan.js';
import { emptyQueue, enqueue, FREE_LANE, type ReadyQueue } from './ready-queue.js';
import type { Next } from './replan.js';
import type { ReplanNote } from './run-result.js';
import type { UndoState } from './undo.js';
import type { TaskStatus } from './status.js';

export interface Skip {
  /** `budget`: it is optional, and the budget was at its soft limit. Joins take it as a condition that was false. */
  readonly cause: 'condition' | 'failure' | 'budget';
  /** The task that brought it about, where one did. */
  readonly because?: string;
}

/** How one item of a forEach ended. */
export interface ItemState {
  status: OutcomeStatus;
  output?: unknown;
  failure?: Failure;
  /** Present where the output is not this run's own. */
  origin?: Origin;
  /** What undoing a sub-plan needs to know of it. */
  child?: unknown;
  undone?: 'compensated' | 'compensation-failed';
}

export interface ItemsState {
  readonly total: number;
  /** How many may fail before the task does. */
  readonly tolerated: number;
  next: number;
  /** In a lane of the ready queue. */
  queued: boolean;
  running: number;
  succeeded: number;
  failed: number;
  /** The items, where evaluating them again might give others: some of its needs had not ended when it began. */
  readonly values?: readonly unknown[];
  /** By index; `null` for what has not ended. */
  readonly ended: (ItemState | null)[];
}

/** What is known of a task that has not started; dropped when it does, for a run carries its progress in one payload. */
export interface Waiting extends NeedCounts {
  /** Its join holds: what its needs do from here on changes nothing. */
  decided?: true;
  /** Its condition has been found true; it waits for a place. */
  admitted?: true;
}

export interface TaskState {
  status: TaskStatus;
  waiting?: Waiting;
  attempts: number;
  startedAt?: number;
  endedAt?: number;
  output?: unknown;
  failure?: Failure;
  /** Present where the output is not this run's own. */
  origin?: Origin;
  skip?: Skip;
  items?: ItemsState;
  child?: unknown;
  undone?: 'compensated' | 'compensation-failed';
  /** Which re-planning brought it; absent of what the run began with. */
  replan?: number;
  /** The agent that answered, where it is not the one that the task names. */
  answeredBy?: string;
  /** The plan that a planner made for it. */
  made?: Plan;
  /** It waits for a person to say yes to that plan. */
  asks?: true;
  /** When a wait is over, in milliseconds since 1970. */
  dueAt?: number | undefined;
  /** What came for a task that waits for a person or an event; dropped when it settles. */
  answer?: unknown;
}

/** running → stopping → replanning → compensating → ended; phases are passed over where there is nothing to do in them. */
export type Phase = 'running' | 'stopping' | 'replanning' | 'compensating' | 'ended';
export type Verdict = 'completed' | 'failed' | 'cancelled';

export interface Progress {
  phase: Phase;
  verdict: Verdict;
  failure?: RunFailure;
  pausedBecause?: string;
  readonly tasks: Record<string, TaskState>;
  readonly ready: ReadyQueue;
  /** Calls in flight: tasks and items. */
  inFlight: number;
  /** Tasks whose status is `running`, calls or not. */
  running: number;
  usage: Usage;
  /** Only of a run that has a budget. */
  readonly escrow?: Escrow;
  undo?: UndoState;
  /** Plans that have failed and been replaced. */
  readonly replans?: readonly ReplanNote[];
  /** The plan to go on with, while what it drops is being undone. */
  next?: Next;
  /** In the order in which they were undone. */
  readonly compensated: string[];
  readonly debt: string[];
}

/** What of an earlier plan is part of this one. */
export interface Before {
  readonly ended: Readonly<Record<string, TaskState>>;
  /** The number of the re-planning that brought all the others. */
  readonly replan: number;
}

export function createProgress(graph: Graph, sources?: EscrowSources, before?: Before): Progress {
  const progress: Progress = {
    phase: 'running',
    verdict: 'completed',
    tasks: {},
    ready: emptyQueue(),
    inFlight: 0,
    running: 0,
    usage: NO_USAGE,
    ...(sources === undefined ? {} : { escrow: createEscrow(graph, sources) }),
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

function countEnded(graph: Graph, progress: Progress, { ended }: Before): void {
  for (const [id, state] of Object.entries(ended)) {
    for (const dependent of taskOf(graph, id).dependents) {
      const { waiting } = stateOf(progress, dependent);
      if (waiting === undefined) continue;
      waiting.open--;
      waiting[sideOf(state)]++;
    }
  }
}

/** What pauses a run holds it up; one that stops or undoes does so paused or not. */
export const canBePaused = ({ phase }: Progress): boolean => phase === 'running' || phase === 'replanning';

export function stateOf(progress: Progress, id: string): TaskState {
  const state = progress.tasks[id];
  // What an object inherits, `constructor` and the like, has no status.
  if (state?.status === undefined) throw new Error(`expected the id of a task of this run, got ${JSON.stringify(id)}`);
  return state;
}

/** A task with a condition is decided on without waiting for capacity; only what really calls waits for a place. */
export function enqueueTask(progress: Progress, task: GraphTask, waiting: Waiting): void {
  waiting.decided = true;
  const free = !task.isCall || (task.task.when !== undefined && waiting.admitted !== true);
  enqueue(progress.ready, free ? FREE_LANE : task.priority, task.id);
}

/** An item may start while there are any left, not too many run, and not too many have failed. */
export function hasNextItem(task: GraphTask, { status, items }: TaskState): boolean {
  if (status !== 'running' || items === undefined) return false;
  const most = task.task.forEach?.concurrency ?? Infinity;
  return items.next < items.total && items.running < most && items.failed <= items.tolerated;
}

/** Puts a forEach back in line if it has an item that may start. */
export function enqueueItems(progress: Progress, task: GraphTask): void {
  const state = stateOf(progress, task.id);
  if (state.items === undefined || state.items.queued || !hasNextItem(task, state)) return;
  state.items.queued = true;
  enqueue(progress.ready, task.priority, task.id);
}
