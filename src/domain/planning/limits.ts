// The limits of generated plans.
import type { Replan } from '../plan/plan.js';

export const DEFAULT_MAX_TASKS = 50;

export const DEFAULT_MAX_ITEMS = 1000;

/** A plan larger than this is not sent back to the planner: problems name the places in it. */
export const MAX_PREVIOUS_BYTES = 256 * 1024;

/** Limits that Baton enforces on a generated plan. */
export interface PlanLimits {
  /** The number of tasks, those of inline plans included. */
  readonly maxTasks: number;
  /** The number of items of each forEach. */
  readonly maxItems: number;
  /** How many more levels the plan may decompose: 0 if it may not. */
  readonly depth: number;
}

export const planLimits = ({ maxTasks, maxItems, maxDepth }: Replan): PlanLimits => ({
  maxTasks: maxTasks ?? DEFAULT_MAX_TASKS,
  maxItems: maxItems ?? DEFAULT_MAX_ITEMS,
  depth: (maxDepth ?? 1) - 1,
});
