// The messages of a run: names and shapes of its updates, signals and queries. Names are part of histories and never change.
import { z } from 'zod';
import { BudgetAddition } from '../budget/budget.js';
import type { Undo } from '../progress/state.js';

export const Approval = z.strictObject({
  task: z.string(),
  decision: z.enum(['approve', 'reject']),
  comment: z.string().optional(),
  by: z.string().optional(),
  /** A plan to run instead of the proposed one. */
  plan: z.unknown().optional(),
});
export type Approval = z.infer<typeof Approval>;

export const TaskChoice = z.strictObject({ task: z.string() });
export type TaskChoice = z.infer<typeof TaskChoice>;

/** Why a task is retried is for people who read the history. */
export const RetryChoice = TaskChoice.extend({ reason: z.string().optional() });
export type RetryChoice = z.infer<typeof RetryChoice>;

/** The message of the signal `deliverEvent`, which clients without the update `sendEvent` send. */
export const SignalledEvent = z.strictObject({ name: z.string().min(1), data: z.unknown().optional() });
export type SignalledEvent = z.infer<typeof SignalledEvent>;

export const SentEvent = SignalledEvent.extend({
  /** An event that is sent again under the same id is received once. */
  id: z.string().min(1).optional(),
});
export type SentEvent = z.infer<typeof SentEvent>;

export const EventReceipt = z.strictObject({
  /** The name of the event that was received under this id. */
  event: z.string(),
  /**
   * `taken`: a task was waiting for it. `kept`: for a task that will wait for it. `repeated`: an event with this id has been received
   * before.
   */
  state: z.enum(['taken', 'kept', 'repeated']),
  /** The task that takes it, or the tasks that may take it; empty if that is not known yet. */
  tasks: z.array(z.string()),
});
export type EventReceipt = z.infer<typeof EventReceipt>;

export const BudgetRaise = z.strictObject({ add: BudgetAddition });
export type BudgetRaise = z.infer<typeof BudgetRaise>;

export const SubPlanShort = z.strictObject({ work: z.string(), isShort: z.boolean() });
export type SubPlanShort = z.infer<typeof SubPlanShort>;

export const EventsRequest = z.strictObject({
  /** How many have been read before. */
  after: z.int().min(0),
});
export type EventsRequest = z.infer<typeof EventsRequest>;

export const SnapshotRequest = z.strictObject({
  /** Include the outputs of tasks, the largest part of a snapshot; default true. */
  outputs: z.boolean().optional(),
});
export type SnapshotRequest = z.infer<typeof SnapshotRequest>;

/** What it takes to undo the debt of a run: `undo`; empty if there is no debt; `bytes`, its size, if it is too large for one payload. */
export interface DebtRecord {
  readonly undo?: Undo;
  readonly bytes?: number;
}

/** In the details of a rejection: the message comes a moment too early, and may be sent again. */
export const TooEarly = z.object({ tooEarly: z.literal(true) });
export type TooEarly = z.infer<typeof TooEarly>;

export const MESSAGES = {
  pause: 'pause',
  resume: 'resume',
  approve: 'approve',
  retryTask: 'retryTask',
  skipTask: 'skipTask',
  /** An update: it is refused if no task can take the event. */
  sendEvent: 'sendEvent',
  /** The signal of clients that do not know `sendEvent`. */
  deliverEvent: 'deliverEvent',
  raiseBudget: 'raiseBudget',
  /** From a run to its sub-plan: the part of a budget addition that belongs to the sub-plan. */
  passBudget: 'passBudget',
  /** From a sub-plan to its run: its budget is used up, or has been raised. */
  subPlanShort: 'subPlanShort',
  snapshot: 'snapshot',
  /** What has happened in an execution of the run, from a position on. */
  events: 'events',
  /** What an ended run could not undo. */
  owed: 'owed',
} as const;
