// A valid plan, indexed: edges both ways, a topological order, and the settings each task ends up with.
// Derived from the plan, and from which re-planning each task is of, so it is rebuilt and never carried.
import { contestOf } from './contest.js';
import { durationMs } from './duration.js';
import { needsOfAll } from './needs.js';
import {
  DEFAULT_CONCURRENCY,
  kindsOf,
  type Join,
  type OnFailure,
  type Plan,
  type Task,
  type TaskKind,
} from './plan.js';
import type { TaskState } from './progress.js';

export interface GraphTask {
  readonly id: string;
  /** How its calls are named: its id, or `scan~1` where the first re-planning brought it. */
  readonly callName: string;
  readonly kind: TaskKind;
  readonly task: Task;
  readonly needs: readonly string[];
  readonly dependents: readonly string[];
  readonly join: Join;
  /** 1 (first) to 5. */
  readonly priority: number;
  /** True for what occupies an agent or a Workflow while it runs, and so counts against `concurrency`. */
  readonly isCall: boolean;
  /** How many calls it begins with; in a forEach, each item. */
  readonly width: number;
  /** Milliseconds the whole task may take, all attempts included. */
  readonly deadlineMs?: number;
}

export interface Graph {
  readonly plan: Plan;
  readonly tasks: ReadonlyMap<string, GraphTask>;
  /** Ids, each after its needs; otherwise as written. */
  readonly order: readonly string[];
  readonly concurrency: number;
  readonly onFailure: OnFailure;
}

/** Temporal's own default; a lower number goes first. */
const DEFAULT_PRIORITY = 3;

const CALLS: ReadonlySet<TaskKind> = new Set(['agent', 'race', 'vote', 'plan', 'decompose']);

/** What is known of a plan beside what it says. */
export interface Known {
  /** The needs that validation has found. */
  readonly needs?: ReadonlyMap<string, readonly string[]> | undefined;
  /** The states of its tasks, of a run that has begun. */
  readonly states?: Readonly<Record<string, TaskState>> | undefined;
}

/** Expects a plan that `validatePlan` has accepted. */
export function buildGraph(plan: Plan, known: Known = {}): Graph {
  const { needs = needsOfAll(Object.entries(plan.tasks)), states = {} } = known;
  const tasks = new Map<string, GraphTask & { dependents: string[] }>();
  for (const [id, task] of Object.entries(plan.tasks)) {
    const kind = kindsOf(task)[0]!;
    const deadline = task.deadline ?? plan.defaults?.deadline;
    tasks.set(id, {
      id,
      callName: callNameOf(id, states[id]?.replan),
      kind,
      task,
      needs: needs.get(id)!,
      dependents: [],
      join: task.join ?? 'all-succeeded',
      priority: task.priority ?? plan.defaults?.priority ?? DEFAULT_PRIORITY,
      width: contestOf(task)?.agents.length ?? 1,
      isCall: CALLS.has(kind) && task.forEach === undefined,
      ...(deadline === undefined ? {} : { deadlineMs: durationMs(deadline) }),
    });
  }
  for (const { id, needs } of tasks.values()) for (const need of needs) tasks.get(need)!.dependents.push(id);
  return {
    plan,
    tasks,
    order: topologicalOrder(tasks),
    concurrency: plan.concurrency ?? DEFAULT_CONCURRENCY,
    onFailure: plan.onFailure ?? 'compensate',
  };
}

/** No id has this mark in it. */
const callNameOf = (id: string, replan: number | undefined): string => (replan === undefined ? id : `${id}~${replan}`);

export function taskOf(graph: Graph, id: string): GraphTask {
  const task = graph.tasks.get(id);
  if (task === undefined)
    throw new Error(`expected the id of a task of plan ${graph.plan.name}, got ${JSON.stringify(id)}`);
  return task;
}

/** Kahn's algorithm: breadth first, in the order of the plan. */
function topologicalOrder(tasks: ReadonlyMap<string, GraphTask>): string[] {
  const open = new Map([...tasks.values()].map(({ id, needs }) => [id, needs.length]));
  const order = [...tasks.keys()].filter((id) => open.get(id) === 0);
  for (const id of order) {
    for (const dependent of tasks.get(id)!.dependents) {
      const left = open.get(dependent)! - 1;
      open.set(dependent, left);
      if (left === 0) order.push(dependent);
    }
  }
  return order;
}
