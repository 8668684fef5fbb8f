// What there is to carry out, and what comes of it.
import { holdKey } from '../../domain/escrow.js';
import type { Scope } from '../../domain/expression.js';
import type { GraphTask } from '../../domain/graph.js';
import type { Outcome } from '../../domain/outcome.js';

/** A task, or one item of a forEach. */
export interface Work {
  readonly task: GraphTask;
  readonly index?: number;
  readonly scope: Scope;
}

export interface Settled {
  readonly outcome: Outcome;
  /** What undoing a sub-plan needs to know of it. */
  readonly child?: unknown;
  /** The agent that answered, where it is not the one that the task names. */
  readonly answeredBy?: string;
}

/** Which task or item it is, as events name it. */
export const workOf = ({ task: { id }, index }: Pick<Work, 'task' | 'index'>): { task: string; index?: number } =>
  index === undefined ? { task: id } : { task: id, index };

/** The name of what is done for a task or item within its run: `scan`, `analyze[7]`, `scan~1`. */
export const workName = ({ task, index }: Pick<Work, 'task' | 'index'>): string => holdKey(task.callName, index);
