// The work of a task or an item, and how it ends.
import { itemName } from '../../domain/call/name.js';
import type { Scope } from '../../domain/expression/expression.js';
import type { GraphTask } from '../../domain/plan/graph.js';
import type { Outcome } from '../../domain/call/outcome.js';
import type { ChildState } from '../../domain/progress/state.js';

/** A task, or one item of a forEach. */
export interface Work {
  readonly task: GraphTask;
  readonly index?: number;
  readonly scope: Scope;
}

/** How a task or an item ended. */
export interface Settlement {
  readonly outcome: Outcome;
  /** What it takes to undo the sub-plan. */
  readonly child?: ChildState;
  /** Paths of what the sub-plan could not undo. */
  readonly debt?: readonly string[];
  /** The agent that answered, if it is not the one that the task names. */
  readonly answeredBy?: string;
}

/** The fields of an event that name the task or item. */
export const workKey = ({ task: { id }, index }: Pick<Work, 'task' | 'index'>): { task: string; index?: number } =>
  index === undefined ? { task: id } : { task: id, index };

/** The name of the call of a task or item: `scan`, `analyze[7]`, `scan~1`. */
export const workName = ({ task, index }: Pick<Work, 'task' | 'index'>): string => itemName(task.callName, index);
