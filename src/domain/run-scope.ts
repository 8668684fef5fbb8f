// What expressions see of a run.
import type { Scope } from './expression.js';
import type { Graph } from './graph.js';
import { stateOf, type Progress } from './progress.js';
import { failuresOf } from './summarize.js';

export interface RunFacts {
  readonly id: string;
  readonly input: unknown;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/**
 * The variables of every expression of a run. The record of a task is made when it is asked for,
 * so a scope costs the same for ten tasks and for ten thousand.
 */
export function runScope(graph: Graph, progress: Progress, { id, input, startedAt }: RunFacts): Scope {
  const tasks = {};
  for (const task of graph.tasks.keys()) {
    Object.defineProperty(tasks, task, { enumerable: true, get: () => taskRecord(progress, task) });
  }
  return { input, tasks, run: { id, plan: graph.plan.name, startedAt: new Date(startedAt).toISOString() } };
}

function taskRecord(progress: Progress, id: string): Record<string, unknown> {
  const { status, output, failure, items } = stateOf(progress, id);
  return {
    status,
    ...(output === undefined ? {} : { output }),
    ...(failure === undefined ? {} : { failure }),
    ...(items === undefined ? {} : { failures: failuresOf(items) }),
  };
}
