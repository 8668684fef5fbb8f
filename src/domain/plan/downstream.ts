// What a change in a graph affects: the tasks downstream of it, and the needs that a task does not read.
import { taskOf, type Graph } from './graph.js';
import { needsOfAll } from './needs.js';
import type { Plan } from './plan.js';
import { didYouMean, shown } from '../problem.js';

/** Checks the ids of the tasks from which a run is repeated. Returns one line for each problem. */
export function checkFrom({ name, tasks }: Plan, from: readonly string[]): string[] {
  const unknown = from.filter((id) => !Object.hasOwn(tasks, id));
  return unknown.map((id) => {
    const hint = didYouMean(id, Object.keys(tasks));
    return `from: expected the id of a task of plan ${name}, got ${shown(id)}${hint === undefined ? '' : `; ${hint}`}`;
  });
}

/** The given tasks and all tasks that depend on them, directly or not. */
export function downstreamOf(graph: Graph, from: readonly string[]): ReadonlySet<string> {
  const reached = new Set(from);
  // The set grows while it is iterated.
  for (const id of reached) for (const dependent of taskOf(graph, id).dependents) reached.add(dependent);
  return reached;
}

/** For each task, the needs whose result it does not read: of those, only the side effects can matter to it. */
export function unreadNeeds({ tasks }: Pick<Plan, 'tasks'>): ReadonlyMap<string, readonly string[]> {
  const read = needsOfAll(Object.entries(tasks).map(([id, { needs: _, ...task }]) => [id, task] as const));
  return new Map(
    Object.entries(tasks).map(([id, { needs = [] }]) => [id, needs.filter((need) => !read.get(id)!.includes(need))]),
  );
}
