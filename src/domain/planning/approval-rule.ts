// Calls of sensitive agents need approval. Checked in the plan alone: a task counts as approved if it is an approval, or if it
// starts only after an approved task has succeeded.
import { buildGraph, taskOf, type Graph } from '../plan/graph.js';
import type { Plan } from '../plan/plan.js';
import { shown, problem, type Path, type Problem } from '../problem.js';
import type { Rules } from '../rules.js';
import { agentsCalledBy } from '../plan/task-agents.js';

/** A problem for each task that may call a sensitive agent and is not approved. Expects a valid plan. */
export function findUnapproved(plan: Plan, sensitive: ReadonlySet<string>, rules?: Rules, path: Path = []): Problem[] {
  if (sensitive.size === 0) return [];
  const graph = buildGraph(plan);
  const approved = approvedTasks(graph);
  return graph.order.flatMap((id) => {
    if (approved.has(id)) return [];
    const { task } = taskOf(graph, id);
    const at = [...path, 'tasks', id];
    if (typeof task.plan === 'object') return findUnapproved(task.plan, sensitive, rules, [...at, 'plan']);
    // A plan that the task will generate is checked when it is generated: this task does not call its agents.
    return agentsCalledBy(task, rules).flatMap(({ agent, place }) =>
      sensitive.has(agent) ? [unapproved(agent, [...at, ...place])] : [],
    );
  });
}

const unapproved = (agent: string, path: Path): Problem =>
  problem(
    'plan.needs-approval',
    path,
    `expected a task that waits for an approval, because agent ${shown(agent)} is sensitive, got one that does not`,
    'add a task with approve, and its id to needs',
  );

/** Goes through tasks in the order of the DAG, so that the needs of a task come before it. */
function approvedTasks(graph: Graph): ReadonlySet<string> {
  const approved = new Set<string>();
  for (const id of graph.order) {
    const { task, needs, join } = taskOf(graph, id);
    // With any other join it could start although the approval was rejected or skipped.
    const isBehindOne = join === 'all-succeeded' && needs.some((need) => approved.has(need));
    if (isBehindOne || (task.approve !== undefined && task.approve.onTimeout !== 'approve')) approved.add(id);
  }
  return approved;
}
