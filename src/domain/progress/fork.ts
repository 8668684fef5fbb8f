// What the tasks of a fork did themselves, and what they took from the old run.
import { type Graph, taskOf } from '../plan/graph.js';
import { stateOf } from './progress.js';
import type { Progress } from './state.js';

/** True for a task that this run carried out itself: its output was neither reused nor cached. */
export function hasRunItself(progress: Progress, id: string): boolean {
  const { startedAt, origin, items } = stateOf(progress, id);
  return startedAt !== undefined && origin === undefined && items?.total !== 0;
}

/** Tasks that made no output, and must have made none in the old run: those that were skipped, and forEachs without items. */
export type WithoutOutput = Readonly<Record<string, 'skipped' | 'empty'>>;

/** Those among the transitive needs of a task; `undefined` if any other need was not reused. Expects a task that starts. */
export function needsWithoutOutput(graph: Graph, progress: Progress, id: string): WithoutOutput | undefined {
  const found: Record<string, 'skipped' | 'empty'> = {};
  const needs = new Set(taskOf(graph, id).needs);
  // `needs` grows during the walk: a Set also visits what is added to it.
  for (const need of needs) {
    const { status, origin, items } = stateOf(progress, need);
    if (status === 'skipped') found[need] = 'skipped';
    else if (items?.total === 0) found[need] = 'empty';
    else if (origin !== 'reused') return undefined;
    for (const further of taskOf(graph, need).needs) needs.add(further);
  }
  return found;
}
