// The variables of expressions.
import { defined } from '../json/defined.js';
import { openedWhenRead } from '../json/value-reference.js';
import type { Scope } from '../expression/expression.js';
import type { Graph, GraphTask } from '../plan/graph.js';
import { readsNeeds } from '../plan/needs.js';
import { stateOf } from '../progress/progress.js';
import { type Progress } from '../progress/state.js';
import { itemFailures } from './summarize.js';

export interface RunFacts {
  readonly id: string;
  readonly input: unknown;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Of a run that a schedule has started: the time that it was scheduled for. Milliseconds since 1970. */
  readonly scheduledAt?: number;
}

/**
 * The variables of every expression of a run. The record of a task is created when it is read,
 * so a scope costs the same for ten tasks and for ten thousand.
 */
export function runScope(graph: Graph, progress: Progress, { id, input, ...times }: RunFacts): Scope {
  const tasks = {};
  for (const task of graph.tasks.keys()) {
    Object.defineProperty(tasks, task, { enumerable: true, get: () => taskRecord(progress, task) });
  }
  const startedAt = new Date(times.startedAt).toISOString();
  const scheduled = times.scheduledAt === undefined ? {} : { scheduledAt: new Date(times.scheduledAt).toISOString() };
  return { input, tasks, needs: {}, run: { id, plan: graph.plan.name, startedAt, ...scheduled } };
}

function taskRecord(progress: Progress, id: string): Record<string, unknown> {
  const { status, output, failure, items } = stateOf(progress, id);
  return openedWhenRead({
    status,
    ...defined({ output, failure }),
    ...(items === undefined ? {} : { failures: itemFailures(items) }),
  });
}

/** Adds `$needs`: the outputs of the tasks that this one names in `needs`, of those that have one. */
export function taskScope(scope: Scope, { task }: GraphTask, progress: Progress): Scope {
  const { needs = [] } = task;
  if (needs.length === 0 || !readsNeeds(task)) return scope;
  const outputs = needs.map((id) => [id, stateOf(progress, id).output] as const);
  return { ...scope, needs: openedWhenRead(Object.fromEntries(outputs.filter(([, output]) => output !== undefined))) };
}
