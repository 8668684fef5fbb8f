// The types of the state of a run. It is stored: it travels in the input of a run that continues as new, and in results of sub-plans.
// Properties may be added, never renamed.
import type { Question } from '../question.js';
import type { Failure, RunFailure } from '../failure.js';
import type { OutcomeStatus } from '../call/outcome.js';
import type { Origin } from '../call/origin.js';
import type { Plan } from '../plan/plan.js';
import type { TaskStatus } from '../task-status.js';
import type { Escrow } from '../budget/ledger.js';
import type { Usage } from '../call/usage.js';
import type { ReadyQueue } from './ready-queue.js';
import type { ReplanNote } from './replan-note.js';
import type { AgentCard } from '../agent/agent.js';

/** A retry of the debt of an ended run. */
export interface DebtRetry {
  /** 1 for the first retry. */
  readonly attempt: number;
  /** Undo everything, not only what failed: the earlier attempt to undo the run was lost. */
  readonly whole?: true;
}

/** All that is needed to undo an ended run. The run creates it when it ends. */
export interface Undo {
  /** The id of the ended run: the idempotency keys of its calls begin with it. */
  readonly id: string;
  readonly input: unknown;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Of a run that a schedule has started: the time that it was scheduled for. */
  readonly scheduledAt?: number;
  /** The plan that the run ended with, if it is not the one that it began with. */
  readonly plan?: unknown;
  /** Absent if it is stored in another place or was lost. */
  readonly progress?: Progress;
  /** The run did not succeed: its own compensations undo it, even if its task has a `compensate`. */
  readonly hasFailed?: true;
  /** Everything that could be undone has been tried: what is left is debt. */
  readonly isTried?: true;
  /** The Workflow that was undoing the run ended without reporting what it has undone. */
  readonly isLost?: true;
  readonly again?: DebtRetry;
}

/** What the parent run keeps of a sub-plan. If the Workflow was terminated, or a defect ended it, only that is known. */
export type ChildState = Undo | { readonly isLost: true };

export interface Skip {
  /** `budget`: the task is optional, and the budget was at its soft limit. Joins treat that like a false condition. */
  readonly cause: 'condition' | 'failure' | 'budget';
  /** The task that caused it, if one did. */
  readonly because?: string;
}

export type UndoStatus = 'compensated' | 'compensation-failed';

/** How one item of a forEach ended. */
export interface ItemState {
  status: OutcomeStatus;
  output?: unknown;
  failure?: Failure;
  /** Present if this run did not make the output itself. */
  origin?: Origin;
  /** The state that is needed to undo the sub-plan. */
  child?: ChildState;
  undone?: UndoStatus;
  /** Excluded from the undo that is in progress. */
  isLeft?: true;
}

export interface ItemsState {
  readonly total: number;
  /** The number of items that may fail without failing the task. */
  readonly tolerated: number;
  next: number;
  /** True while the task is in a lane of the ready queue. */
  queued: boolean;
  running: number;
  succeeded: number;
  failed: number;
  /** The items; kept only if evaluating them again could give others, because some needs had not ended when the task began. */
  readonly values?: readonly unknown[];
  /** By index; `null` for an item that has not ended. */
  readonly ended: (ItemState | null)[];
}

/** State of a task that has not started. Dropped when it starts, to keep progress small: it travels in one payload. */
export interface WaitingState extends NeedCounts {
  /** Its join holds: how its other needs end makes no difference any more. */
  decided?: true;
  /** Its condition was true; it waits until a call may start. */
  admitted?: true;
}

export interface TaskState {
  status: TaskStatus;
  waiting?: WaitingState;
  attempts: number;
  startedAt?: number;
  endedAt?: number;
  output?: unknown;
  /** The size of an output that was left out of a continue-as-new, in bytes of JSON. */
  dropped?: number;
  failure?: Failure;
  /** Present if this run did not make the output itself. */
  origin?: Origin;
  skip?: Skip;
  items?: ItemsState;
  child?: ChildState;
  undone?: UndoStatus;
  /** Excluded from the undo that is in progress. */
  isLeft?: true;
  /** The re-planning that added the task; absent if the run began with it. */
  replan?: number;
  /** The agent that answered, if it is not the one that the task names. */
  answeredBy?: string;
  /** The plan that a planner generated for the task. */
  made?: Plan;
  /** The task waits for approval of that plan. */
  asks?: true;
  /** What a person is asked. */
  question?: Question;
  /** When a wait is over, in milliseconds since 1970. */
  dueAt?: number | undefined;
  /** The answer of a person, or the event, that the task waited for; dropped when it settles. */
  answer?: unknown;
}

/** running → stopping → replanning → compensating → ended. A phase in which there is nothing to do is skipped. */
export type Phase = 'running' | 'stopping' | 'replanning' | 'compensating' | 'ended';

export type Verdict = 'completed' | 'failed' | 'cancelled';

/** What a run remembers of the events that it has received. */
export interface ReceivedEvents {
  /** The last events that had an id, as pairs of id and name, oldest first. */
  ids?: (readonly [id: string, name: string])[];
  /** Events that came by signal and could not be accepted: their number, and the beginning of the last one's name. */
  dropped?: DroppedEvents;
}

export interface DroppedEvents {
  readonly count: number;
  readonly name: string;
  readonly reason: string;
}

/** Where the observer of a run is: a symbol, because progress is stored as JSON. */
export const OBSERVER = Symbol('observer');

/** Follows the statuses of tasks as they change. */
export interface ProgressObserver {
  /** Called before the other properties of the task change. */
  moved(this: void, task: string, to: TaskStatus): void;
}

export interface Progress {
  [OBSERVER]?: ProgressObserver;
  phase: Phase;
  verdict: Verdict;
  failure?: RunFailure;
  pausedBecause?: string;
  readonly tasks: Record<string, TaskState>;
  readonly ready: ReadyQueue;
  /** The number of calls in flight: of tasks and of items. */
  inFlight: number;
  /** The number of tasks whose status is `running`, whether they call agents or not. */
  running: number;
  usage: Usage;
  /** What is known of the sizes of outputs. Present once it is used. */
  outputs?: OutputSizes;
  /** Present if the run has a budget. */
  readonly escrow?: Escrow;
  undo?: UndoState;
  /** The plans that failed and were replaced. */
  readonly replans?: readonly ReplanNote[];
  /** The plan to continue with; present while the tasks that it drops are being undone. */
  next?: NextPlan;
  /** Absent if no event had an id, and none was dropped. */
  events?: ReceivedEvents;
  /** Ids of tasks, in the order in which they were undone. */
  readonly compensated: string[];
  /** What could not be undone: task ids, and paths of what sub-plans could not undo, `child/task`, `each[3]/task`. */
  readonly debt: string[];
}

export interface OutputSizes {
  /** By agent, the largest output so far, in bytes of JSON. */
  readonly largest: Record<string, number>;
  /** By agent, the number of calls in flight. */
  readonly inFlight: Record<string, number>;
  /** Agents of which calls wait because none has answered yet. */
  awaited?: string[];
  /** Agents that have not answered in time: their outputs count as small until one has. */
  assumed?: string[];
}

/** The part of an earlier plan that is part of this one. */
export interface EarlierProgress {
  readonly ended: Readonly<Record<string, TaskState>>;
  /** The number of the re-planning that added all other tasks. */
  readonly replan: number;
}

/** How many needs of one task have ended in which way. Needs that are skipped by failure, cancelled or unknown count as failed. */
export interface NeedCounts {
  open: number;
  succeeded: number;
  failed: number;
  /** Skipped because a condition was false, which is neither a success nor a failure. */
  passed: number;
}

/** One unit of undoing: a task, or one item of a forEach. */
export interface UndoUnit {
  readonly task: string;
  readonly index?: number;
}

export interface UndoState {
  /** The tasks to undo; absent means all. */
  readonly only?: Readonly<Record<string, true>>;
  /** By task, the number of dependents that have to be undone before it. */
  readonly blockers: Record<string, number>;
  /** By task, the number of its units that are not settled yet. */
  readonly left: Record<string, number>;
  /** By task, what could not be undone so far: its id, or paths below it. */
  owed?: Record<string, readonly string[]>;
  readonly ready: UndoUnit[];
  next: number;
  inFlight: number;
}

/** The plan that a run continues with, once it has undone the tasks that the plan drops. */
export interface NextPlan {
  readonly plan: Plan;
  /** Tasks that keep their states. */
  readonly kept: readonly string[];
  /** Cards of the agents that the new plan may call, by type. */
  readonly cards: Readonly<Record<string, AgentCard>>;
  readonly note: ReplanNote;
}

/** The result of undoing a sub-plan. */
export interface SubPlanUndone {
  /** Paths of what could not be undone. */
  readonly owes?: readonly string[];
  /** The new state of the sub-plan. */
  readonly child?: ChildState;
}
