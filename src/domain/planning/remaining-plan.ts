// Reads the answer of a planner after a plan has failed, the rest of the work, and combines it with the tasks that succeeded.
// P1. A task that succeeded is kept if the answer has a task with its id, or if a new or kept task refers to it. It keeps its
//     definition and its state. The tasks that it depended on are kept too, as they ended.
// P2. Every other task that succeeded, or may have, is dropped.
// P3. Only tasks, output and defaults of the answer count: the planner cannot change the limits of the run. New tasks are validated
//     like any generated plan; kept tasks take part in the validation as tasks that do nothing.
// P4. An approval covers the earlier plan, not this one: calls of sensitive agents need a new approval.
import { defined } from '../json/defined.js';
import { entry } from '../json/own-property.js';
import { taskOf, type Graph } from '../plan/graph.js';
import {
  limitProblems,
  withLimits,
  countTasks,
  sensitiveTypes,
  tooManyTasksProblem,
  type PlanConstraints,
} from './generated-plan.js';
import { mentionsIn, needsOf } from '../plan/needs.js';
import type { Plan, Task } from '../plan/plan.js';
import { shown, problem, type Problem } from '../problem.js';
import { stateOf } from '../progress/progress.js';
import { type Progress } from '../progress/state.js';
import { findUnapproved } from './approval-rule.js';
import { unitsOf } from '../progress/undo.js';
import { isRecord } from '../json/own-property.js';
import { validatePlan } from '../plan/validate/index.js';
import { jsonProblem } from '../plan/validate/json-value.js';

export interface RemainingPlan {
  /** The complete plan, kept tasks included. */
  readonly plan: Plan;
  readonly kept: readonly string[];
  readonly dropped: readonly string[];
}

/** Expects a concluded run. */
export function readRemaining(
  raw: unknown,
  graph: Graph,
  progress: Progress,
  under: PlanConstraints,
): RemainingPlan | { readonly problems: readonly Problem[] } {
  if (!isRecord(raw) || !isRecord(raw['tasks'])) return { problems: [noTasksProblem(raw)] };
  const fresh = Object.entries(raw['tasks']).filter(([id]) => !hasWorked(graph, progress, id));
  const tooMany = tooManyTasksProblem(countTasks({ tasks: Object.fromEntries(fresh) }), under.limits);
  const unfit = tooMany ?? jsonProblem(raw);
  if (unfit !== undefined) return { problems: [unfit] };
  const { output = graph.plan.output, defaults = graph.plan.defaults } = raw;
  const kept = keptTasks(graph, progress, { tasks: raw['tasks'], output });
  const head = defined({ output, defaults });
  const standIns = [...kept].map((id) => [id, { wait: '1s', needs: needsOf(taskOf(graph, id).task) }] as const);
  const view = { name: graph.plan.name, ...head, tasks: Object.fromEntries([...fresh, ...standIns]) };
  const types = under.catalogue.entries.map(({ type }) => type);
  const { plan: proved, problems } = validatePlan(view, [...types, under.planner], new Map());
  const stale = fresh.flatMap(([id, task]) => staleNeedProblems(id, task, kept, progress));
  if (proved === undefined || stale.length > 0) return { problems: [...problems, ...stale] };
  const made = { tasks: Object.fromEntries(fresh) as Record<string, Task> };
  const beyond = [
    ...limitProblems(made, [], under),
    ...findUnapproved(proved, sensitiveTypes(under.catalogue), under.rules),
  ];
  if (beyond.length > 0) return { problems: beyond };
  const before = graph.order.filter((id) => kept.has(id)).map((id) => [id, taskOf(graph, id).task] as const);
  const { output: _, defaults: __, ...whole } = graph.plan;
  const tasks = { ...Object.fromEntries(before), ...withLimits(made, under).tasks };
  return {
    plan: { ...whole, ...(head as Pick<Plan, 'output' | 'defaults'>), tasks },
    kept: [...kept],
    dropped: graph.order.filter((id) => !kept.has(id) && mayHaveWorked(graph, progress, id)),
  };
}

const hasWorked = (graph: Graph, progress: Progress, id: string): boolean =>
  graph.tasks.has(id) && stateOf(progress, id).status === 'succeeded';

const noTasksProblem = (raw: unknown): Problem =>
  problem('plan.no-tasks', [], `expected a plan whose tasks are what remains to be done, got ${shown(raw)}`);

/** True if the task succeeded, may have, or has at least done something that can be undone. */
function mayHaveWorked(graph: Graph, progress: Progress, id: string): boolean {
  const { status } = stateOf(progress, id);
  return status === 'succeeded' || status === 'unknown' || unitsOf(graph, progress, id).length > 0;
}

interface RawPlan {
  readonly tasks: Readonly<Record<string, unknown>>;
  readonly output: unknown;
}

function keptTasks(graph: Graph, progress: Progress, { tasks, output }: RawPlan): ReadonlySet<string> {
  const isKept = (id: string) => hasWorked(graph, progress, id);
  const kept = new Set(
    [...Object.keys(tasks), ...mentionsIn(output), ...Object.values(tasks).flatMap(referencedTasks)].filter(isKept),
  );
  // `kept` grows during the walk: a Set also visits what is added to it.
  for (const id of kept) {
    for (const other of referencedTasks(taskOf(graph, id).task)) {
      if (isKept(other) || entry(tasks, other) === undefined) kept.add(other);
    }
  }
  return kept;
}

/** The tasks that a task needs, and those that it reads, also when it is undone. Accepts any value: nothing is validated yet. */
function referencedTasks(task: unknown): string[] {
  if (!isRecord(task)) return [];
  // An inline plan has tasks of its own.
  const { plan: _, needs, ...rest } = task;
  const declared = Array.isArray(needs) ? needs.filter((need) => typeof need === 'string') : [];
  return [...declared, ...mentionsIn(rest)];
}

/** A kept task that did not succeed is there only for the kept tasks that depended on it: new tasks must not need it. */
const staleNeedProblems = (id: string, task: unknown, kept: ReadonlySet<string>, progress: Progress): Problem[] =>
  referencedTasks(task)
    .filter((need) => kept.has(need) && stateOf(progress, need).status !== 'succeeded')
    .map((need) =>
      problem(
        'plan.stale-need',
        ['tasks', id],
        `expected needs that have succeeded or are planned again, got ${shown(need)}, which is ${stateOf(progress, need).status}`,
      ),
    );
