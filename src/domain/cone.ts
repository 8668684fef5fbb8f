// What a change reaches in a graph, and what a task rests on.
import { taskOf, type Graph } from './graph.js';
import { needsOfAll } from './needs.js';
import type { Plan } from './plan.js';
import { didYouMean, got } from './problem.js';
import { stateOf, type Progress } from './progress.js';

/** What is wrong with the ids of tasks that are to run anew; one line each. */
export function checkFrom({ name, tasks }: Plan, from: readonly string[]): string[] {
  const unknown = from.filter((id) => !Object.hasOwn(tasks, id));
  return unknown.map((id) => {
    const hint = didYouMean(id, Object.keys(tasks));
    return `from: expected the id of a task of plan ${name}, got ${got(id)}${hint === undefined ? '' : `; ${hint}`}`;
  });
}

/** The tasks, and all that transitively depend on them. */
export function coneOf(graph: Graph, from: readonly string[]): ReadonlySet<string> {
  const cone = new Set(from);
  for (const id of cone) for (const dependent of taskOf(graph, id).dependents) cone.add(dependent);
  return cone;
}

/** By task, what it waits for without reading it: only what that did to the world can matter to it. */
export function unreadNeeds({ tasks }: Pick<Plan, 'tasks'>): ReadonlyMap<string, readonly string[]> {
  const read = needsOfAll(Object.entries(tasks).map(([id, { needs: _, ...task }]) => [id, task] as const));
  return new Map(
    Object.entries(tasks).map(([id, { needs = [] }]) => [id, needs.filter((need) => !read.get(id)!.includes(need))]),
  );
}

/** True for a task that this run has carried out itself; what was reused or cached did nothing now. */
export function hasRunAnew(progress: Progress, id: string): boolean {
  const { startedAt, origin, items } = stateOf(progress, id);
  return startedAt !== undefined && origin === undefined && items?.total !== 0;
}

/** What has made no output, and must have made none in the old run: skipped tasks, and forEachs without items. */
export type WithoutOutput = Readonly<Record<string, 'skipped' | 'empty'>>;

/** Of all that a task transitively needs; `undefined` if any of it was not reused. Expects a task that starts. */
export function needsWithoutOutput(graph: Graph, progress: Progress, id: string): WithoutOutput | undefined {
  const found: Record<string, 'skipped' | 'empty'> = {};
  const needs = new Set(taskOf(graph, id).needs);
  for (const need of needs) {
    const { status, origin, items } = stateOf(progress, need);
    if (status === 'skipped') found[need] = 'skipped';
    else if (items?.total === 0) found[need] = 'empty';
    else if (origin !== 'reused') return undefined;
    for (const further of taskOf(graph, need).needs) needs.add(further);
  }
  return found;
}
