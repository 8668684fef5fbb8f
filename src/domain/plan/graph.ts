// The graph of a valid plan: edges in both directions, a topological order, and the effective settings of each task.
// It is derived from the plan and from the number of the re-planning that brought each task, so it is never stored.
import { replannedName } from '../call/name.js';
import { contestOf } from '../call/race-and-vote.js';
import { durationMs } from '../duration.js';
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

export interface GraphTask {
  readonly id: string;
  /** The name of its calls: its id, or `scan~1` if the first re-planning brought the task. */
  readonly callName: string;
  readonly kind: TaskKind;
  readonly task: Task;
  readonly needs: readonly string[];
  readonly dependents: readonly string[];
  readonly join: Join;
  /** 1 (first) to 5. */
  readonly priority: number;
  /** True if the task occupies an agent, a broker or a Workflow while it runs, so that it counts against `concurrency`. */
  readonly isCall: boolean;
  /** The number of calls it begins with; in a forEach, the number for each item. */
  readonly width: number;
  /** Milliseconds that the whole task may take, including all attempts. */
  readonly deadlineMs?: number;
}

export interface Graph {
  readonly plan: Plan;
  readonly tasks: ReadonlyMap<string, GraphTask>;
  /** The ids in topological order: each after its needs, otherwise in the order of the plan. */
  readonly order: readonly string[];
  readonly concurrency: number;
  readonly onFailure: OnFailure;
}

/** Temporal's own default. Tasks with a lower number start first. */
const DEFAULT_PRIORITY = 3;

const CALLS: ReadonlySet<TaskKind> = new Set(['agent', 'race', 'vote', 'plan', 'decompose', 'publish']);

/** Knowledge about a plan that the plan itself does not contain. */
export interface GraphOptions {
  /** The needs that validation has found. */
  readonly needs?: ReadonlyMap<string, readonly string[]> | undefined;
  /** The states of the tasks of a run that has begun. */
  readonly states?: Readonly<Record<string, { readonly replan?: number }>> | undefined;
}

/** Expects a plan that `validatePlan` has accepted. */
export function buildGraph(plan: Plan, options: GraphOptions = {}): Graph {
  const { needs = needsOfAll(Object.entries(plan.tasks)), states = {} } = options;
  const tasks = new Map<string, GraphTask & { dependents: string[] }>();
  for (const [id, task] of Object.entries(plan.tasks)) {
    const kind = kindsOf(task)[0]!;
    const deadline = task.deadline ?? plan.defaults?.deadline;
    tasks.set(id, {
      id,
      callName: replannedName(id, states[id]?.replan),
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
  // The list grows while it is iterated.
  for (const id of order) {
    for (const dependent of tasks.get(id)!.dependents) {
      const left = open.get(dependent)! - 1;
      open.set(dependent, left);
      if (left === 0) order.push(dependent);
    }
  }
  return order;
}
