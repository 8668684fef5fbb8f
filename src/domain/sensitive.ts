// What is sensitive waits for a person. Proved from the plan alone: a task is approved if it approves, or if it starts only
// after an approved task has succeeded.
import { buildGraph, taskOf, type Graph } from './graph.js';
import type { Plan } from './plan.js';
import { got, problem, type Path, type Problem } from './problem.js';
import { agentsIn } from './task-agents.js';

/** A problem for each task that may call a sensitive agent and is not approved. Expects a valid plan. */
export function findUnapproved(plan: Plan, sensitive: ReadonlySet<string>, path: Path = []): Problem[] {
  if (sensitive.size === 0) return [];
  const graph = buildGraph(plan);
  const approved = approvedTasks(graph);
  return graph.order.flatMap((id) => {
    if (approved.has(id)) return [];
    const { task } = taskOf(graph, id);
    const at = [...path, 'tasks', id];
    if (typeof task.plan === 'object') return findUnapproved(task.plan, sensitive, [...at, 'plan']);
    // What decomposes is held to this by itself.
    return agentsIn(task).flatMap(({ agent, place }) =>
      sensitive.has(agent) ? [unapproved(agent, [...at, ...place])] : [],
    );
  });
}

const unapproved = (agent: string, path: Path): Problem =>
  problem(
    'plan.needs-approval',
    path,
    `expected a task that waits for an approval, for agent ${got(agent)} is sensitive, got one that does not`,
    'add a task with approve, and its id to needs',
  );

/** In the order of the DAG, so that what a task needs is known before it. */
function approvedTasks(graph: Graph): ReadonlySet<string> {
  const approved = new Set<string>();
  for (const id of graph.order) {
    const { task, needs, join } = taskOf(graph, id);
    // Under any other join it may start although the person said no, or was never asked.
    const isBehindOne = join === 'all-succeeded' && needs.some((need) => approved.has(need));
    if (isBehindOne || (task.approve !== undefined && task.approve.onTimeout !== 'approve')) approved.add(id);
  }
  return approved;
}
