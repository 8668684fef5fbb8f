// The events of a run: everything that `advance` accepts. Events are not stored.
import type { BudgetAddition } from '../budget/budget.js';
import type { Failure, RunFailure } from '../failure.js';
import type { Outcome } from '../call/outcome.js';
import type { Plan } from '../plan/plan.js';
import type { Question } from '../question.js';
import type { GraphTask } from '../plan/graph.js';
import type { DebtRetry, ChildState, NextPlan, SubPlanUndone, UndoUnit } from './state.js';

export type ProgressEvent =
  /** The condition of the task was true: it starts as soon as a call may start. */
  | { readonly type: 'admitted'; readonly task: string }
  | { readonly type: 'started'; readonly task: string; readonly now: number }
  | { readonly type: 'skipped'; readonly task: string; readonly cause?: 'condition' | 'budget'; readonly now: number }
  | {
      readonly type: 'settled';
      readonly task: string;
      readonly outcome: Outcome;
      readonly now: number;
      readonly child?: ChildState;
      /** Paths of what its sub-plan could not undo. */
      readonly debt?: readonly string[];
      readonly answeredBy?: string;
    }
  /** The items of a forEach have been evaluated. `tolerated` is a number of items. */
  | {
      readonly type: 'expanded';
      readonly task: string;
      readonly total: number;
      readonly tolerated: number;
      readonly now: number;
      readonly values?: readonly unknown[];
    }
  /** A planner has generated the plan of a task; `asks` if the plan needs approval. */
  | { readonly type: 'proposed'; readonly task: string; readonly plan: Plan; readonly asks: boolean }
  /** A person has answered a task that waits, or the event that it waits for has come. */
  | { readonly type: 'answered'; readonly task: string; readonly answer: unknown }
  /** Agents whose calls were awaited have not answered in time. */
  | { readonly type: 'sizesAssumed' }
  /** An event with an id has been accepted. */
  | { readonly type: 'eventReceived'; readonly id: string; readonly name: string }
  /** An event that came by signal could not be accepted. */
  | { readonly type: 'eventDropped'; readonly name: string; readonly reason: string }
  | { readonly type: 'itemStarted'; readonly task: string; readonly index: number }
  | {
      readonly type: 'itemSettled';
      readonly task: string;
      readonly index: number;
      readonly outcome: Outcome;
      readonly now: number;
      readonly child?: ChildState;
      /** Paths of what its sub-plan could not undo. */
      readonly debt?: readonly string[];
    }
  /** The run cannot continue, or was cancelled. */
  | {
      readonly type: 'stopped';
      readonly verdict: 'failed' | 'cancelled';
      readonly failure: RunFailure;
      readonly now: number;
    }
  /** Time has passed: `ms` since the run started. */
  | { readonly type: 'elapsed'; readonly ms: number }
  /** The budget has been raised. `ms` since the run started. */
  | { readonly type: 'raised'; readonly add: BudgetAddition; readonly ms: number }
  /** The agent has failed and will not be retried; its fallback is to be called once the budget has room for it. */
  | {
      readonly type: 'fallbackRequested';
      readonly task: string;
      readonly index?: number;
      readonly agent: string;
      readonly outcome: Outcome;
    }
  | { readonly type: 'fallbackEnded'; readonly task: string; readonly index?: number; readonly outcome: Outcome }
  /** A call has not answered in time, so the same call is made again in parallel. */
  | {
      readonly type: 'hedgeStarted';
      readonly task: string;
      readonly index?: number;
      readonly name: string;
      readonly agent: string;
    }
  | {
      readonly type: 'hedgeEnded';
      readonly task: string;
      readonly index?: number;
      readonly name: string;
      readonly agent: string;
      readonly outcome: Outcome;
    }
  /** One of several parallel calls of a task has ended; the task may continue. Without `name` it is the call that is hedged. */
  | {
      readonly type: 'parallelCallEnded';
      readonly task: string;
      readonly index?: number;
      readonly name?: string;
      readonly outcome: Outcome;
    }
  /** A sub-plan has used up its budget, or its budget has been raised. `work` is the name of its task or item. */
  | { readonly type: 'subPlanShort'; readonly work: string; readonly isShort: boolean }
  /** What a person is asked is known. */
  | { readonly type: 'asked'; readonly task: string; readonly question: Question }
  /** The end of a `wait` is known: `at`, in milliseconds since 1970. */
  | { readonly type: 'due'; readonly task: string; readonly at: number }
  /** No task is running and none will start. */
  | { readonly type: 'concluded'; readonly now: number }
  | { readonly type: 'outputFailed'; readonly failure: RunFailure }
  /** A planner is called for the rest of the work. `task` represents the call in the budget. `ms` since the run started. */
  | { readonly type: 'replanStarted'; readonly task: GraphTask; readonly ms: number }
  /** The planner has answered with the next plan, or there is none, and `failure` contains the reason. */
  | {
      readonly type: 'replanEnded';
      readonly task: string;
      readonly outcome: Outcome;
      readonly next?: NextPlan;
      readonly failure?: Failure;
    }
  | { readonly type: 'nextPlanAbandoned' }
  /** This run undoes another one that has ended; `retriesDebt` if a person requested it. */
  | { readonly type: 'undoRunStarted'; readonly again?: DebtRetry; readonly retriesDebt: boolean }
  /** The run has concluded, and will not continue with another plan. */
  | { readonly type: 'undoStarted' }
  /** A task or an item has been undone, or could not be. */
  | { readonly type: 'undone'; readonly unit: UndoUnit; readonly outcome: Outcome; readonly left: SubPlanUndone }
  /** The history has no room for undoing what is left: it becomes debt. */
  | { readonly type: 'undoCutShort' }
  /** Everything that could be undone has been tried. */
  | { readonly type: 'ended'; readonly retriesDebt: boolean }
  | { readonly type: 'paused'; readonly because: string }
  | { readonly type: 'resumed' };

/** The event of this type. */
export type EventOf<T extends ProgressEvent['type']> = Extract<ProgressEvent, { type: T }>;
