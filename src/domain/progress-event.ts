// What can happen to a run, as `advance` takes it in.
import type { Addition } from './budget.js';
import type { RunFailure } from './failure.js';
import type { Outcome } from './outcome.js';
import type { Plan } from './plan.js';

export type ProgressEvent =
  /** Its condition was true, or it has none and costs no capacity: it may start as soon as there is a place. */
  | { readonly type: 'admitted'; readonly task: string }
  | { readonly type: 'started'; readonly task: string; readonly now: number }
  | { readonly type: 'skipped'; readonly task: string; readonly cause?: 'condition' | 'budget'; readonly now: number }
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
  /** A planner has made the plan of a task; `asks` if a person is to say yes to it. */
  | { readonly type: 'proposed'; readonly task: string; readonly plan: Plan; readonly asks: boolean }
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
  /** Time has passed: `ms` since the run started. */
  | { readonly type: 'elapsed'; readonly ms: number }
  /** The budget has been raised. `ms` since the run started. */
  | { readonly type: 'raised'; readonly add: Addition; readonly ms: number }
  /** The first agent has failed for good, and the fallback is to be asked as soon as the budget has room for it. */
  | {
      readonly type: 'fallbackAsked';
      readonly task: string;
      readonly index?: number;
      readonly agent: string;
      readonly outcome: Outcome;
    }
  | { readonly type: 'fallbackAnswered'; readonly task: string; readonly index?: number; readonly outcome: Outcome }
  /** A call that has not answered in time is made again beside itself. */
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
      readonly outcome: Outcome;
    }
  /** One of several calls for one answer has ended; its task may go on. Without a name it is the one that is hedged. */
  | {
      readonly type: 'rivalEnded';
      readonly task: string;
      readonly index?: number;
      readonly name?: string;
      readonly outcome: Outcome;
    }
  /** A sub-plan has used up what it may spend, or has got more. `work` is the name of its task or item. */
  | { readonly type: 'subPlanShort'; readonly work: string; readonly isShort: boolean }
  | { readonly type: 'paused'; readonly because: string }
  | { readonly type: 'resumed' };

/** One kind of event. */
export type EventOf<T extends ProgressEvent['type']> = Extract<ProgressEvent, { type: T }>;
