// What can be said to a run while it goes on, and asked of it: names, and the shape of each message. Names are history.
import { z } from 'zod';
import { Addition } from './budget.js';

export const Approval = z.strictObject({
  task: z.string(),
  decision: z.enum(['approve', 'reject']),
  comment: z.string().optional(),
  by: z.string().optional(),
  /** Instead of the plan that is asked about. */
  plan: z.unknown().optional(),
});
export type Approval = z.infer<typeof Approval>;

export const TaskChoice = z.strictObject({ task: z.string() });
export type TaskChoice = z.infer<typeof TaskChoice>;

export const RunEvent = z.strictObject({ name: z.string().min(1), data: z.unknown().optional() });
export type RunEvent = z.infer<typeof RunEvent>;

export const BudgetRaise = z.strictObject({ add: Addition });
export type BudgetRaise = z.infer<typeof BudgetRaise>;

export const SubPlanShort = z.strictObject({ work: z.string(), isShort: z.boolean() });
export type SubPlanShort = z.infer<typeof SubPlanShort>;

export const SnapshotRequest = z.strictObject({
  /** With the outputs of tasks; they are what makes a snapshot large. */
  outputs: z.boolean().optional(),
});
export type SnapshotRequest = z.infer<typeof SnapshotRequest>;

export const MESSAGES = {
  pause: 'pause',
  resume: 'resume',
  approve: 'approve',
  retryTask: 'retryTask',
  skipTask: 'skipTask',
  deliverEvent: 'deliverEvent',
  raiseBudget: 'raiseBudget',
  /** From a run to its sub-plan: its part of what the budget was raised by. */
  passBudget: 'passBudget',
  /** From a sub-plan to its run: what it may spend is used up, or is not any more. */
  subPlanShort: 'subPlanShort',
  snapshot: 'snapshot',
} as const;
