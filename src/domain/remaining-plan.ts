// What a planner answers when a plan has failed: the plan that remains. It is put together with what has worked.
// P1. What has worked stays if the answer has a task of its id, or anything that stays or is new refers to it. Its definition
//     and its state stay those of before. With it stays, as it ended, what it depended on.
// P2. Everything else that has worked, or may have, is dropped.
// P3. Of the answer only tasks, output and defaults count: what the run is held to is not the planner's. What is new is
//     proved like any made plan, with what stays standing by as tasks that do nothing.
// P4. A person has said yes to the plan before, not to this one: what is sensitive waits for another yes.
import { entry } from './escrow.js';
import { taskOf, type Graph } from './graph.js';
import { beyondLimits, bounded, countTasks, sensitiveTypes, tooManyTasks, type MadeUnder } from './made-plan.js';
import { mentionsIn, needsOf } from './needs.js';
import type { Plan, Task } from './plan.js';
import { got, problem, type Problem } from './problem.js';
import { stateOf, type Progress } from './progress.js';
import { findUnapproved } from './sensitive.js';
import { unitsOf } from './undo.js';
import { isRecord } from './validate/context.js';
import { validatePlan } from './validate/index.js';
import { jsonProblem } from './validate/json-value.js';

export interface Remaining {
  /** The whole of it, with what stays. */
  readonly plan: Plan;
  readonly kept: readonly string[];
  readonly dropped: readonly string[];
}

/** Expects a concluded run. */
export function readRemaining(
  raw: unknown,
  graph: Graph,
  progress: Progress,
  under: MadeUnder,
): Remaining | { readonly problems: readonly Problem[] } {
  if (!isRecord(raw) || !isRecord(raw['tasks'])) return { problems: [noTasks(raw)] };
  const fresh = Object.entries(raw['tasks']).filter(([id]) => !hasWorked(graph, progress, id));
  const tooMany = tooManyTasks(countTasks({ tasks: Object.fromEntries(fresh) }), under.limits);
  const unfit = tooMany ?? jsonProblem(raw);
  if (unfit !== undefined) return { problems: [unfit] };
  const { output = graph.plan.output, defaults = graph.plan.defaults } = raw;
  const kept = keptOf(graph, progress, { tasks: raw['tasks'], output });
  const head = { ...(output === undefined ? {} : { output }), ...(defaults === undefined ? {} : { defaults }) };
  const standIns = [...kept].map((id) => [id, { wait: '1s', needs: needsOf(taskOf(graph, id).task) }] as const);
  const view = { name: graph.plan.name, ...head, tasks: Object.fromEntries([...fresh, ...standIns]) };
  const types = under.catalogue.entries.map(({ type }) => type);
  const { plan: proved, problems } = validatePlan(view, [...types, under.planner], new Map());
  const stale = fresh.flatMap(([id, task]) => staleNeeds(id, task, kept, progress));
  if (proved === undefined || stale.length > 0) return { problems: [...problems, ...stale] };
  const made = { tasks: Object.fromEntries(fresh) as Record<string, Task> };
  const beyond = [...beyondLimits(made, [], under), ...findUnapproved(proved, sensitiveTypes(under.catalogue))];
  if (beyond.length > 0) return { problems: beyond };
  const before = graph.order.filter((id) => kept.has(id)).map((id) => [id, taskOf(graph, id).task] as const);
  const { output: _, defaults: __, ...whole } = graph.plan;
  const tasks = { ...Object.fromEntries(before), ...bounded(made, under).tasks };
  return {
    plan: { ...whole, ...(head as Pick<Plan, 'output' | 'defaults'>), tasks },
    kept: [...kept],
    dropped: graph.order.filter((id) => !kept.has(id) && isDone(graph, progress, id)),
  };
}

const hasWorked = (graph: Graph, progress: Progress, id: string): boolean =>
  graph.tasks.has(id) && stateOf(progress, id).status === 'succeeded';

const noTasks = (raw: unknown): Problem =>
  problem('plan.no-tasks', [], `expected a plan whose tasks are what remains to be done, got ${got(raw)}`);

/** It has worked, or may have, or has at least begun to. */
function isDone(graph: Graph, progress: Progress, id: string): boolean {
  const { status } = stateOf(progress, id);
  return status === 'succeeded' || status === 'unknown' || unitsOf(graph, progress, id).length > 0;
}

interface Answer {
  readonly tasks: Readonly<Record<string, unknown>>;
  readonly output: unknown;
}

function keptOf(graph: Graph, progress: Progress, { tasks, output }: Answer): ReadonlySet<string> {
  const isKept = (id: string) => hasWorked(graph, progress, id);
  const kept = new Set(
    [...Object.keys(tasks), ...mentionsIn(output), ...Object.values(tasks).flatMap(referencesOf)].filter(isKept),
  );
  // Grows while it is walked.
  for (const id of kept) {
    for (const other of referencesOf(taskOf(graph, id).task)) {
      if (isKept(other) || entry(tasks, other) === undefined) kept.add(other);
    }
  }
  return kept;
}

/** What a task waits for, and what is read when it is undone; of any value, for nothing is proved yet. */
function referencesOf(task: unknown): string[] {
  if (!isRecord(task)) return [];
  // A plan within it has tasks of its own.
  const { plan: _, needs, ...rest } = task;
  const declared = Array.isArray(needs) ? needs.filter((need) => typeof need === 'string') : [];
  return [...declared, ...mentionsIn(rest)];
}

/** What has not worked stays only for the sake of what depended on it then. */
const staleNeeds = (id: string, task: unknown, kept: ReadonlySet<string>, progress: Progress): Problem[] =>
  referencesOf(task)
    .filter((need) => kept.has(need) && stateOf(progress, need).status !== 'succeeded')
    .map((need) =>
      problem(
        'plan.stale-need',
        ['tasks', id],
        `expected to need what has succeeded or is planned anew, got ${got(need)}, which is ${stateOf(progress, need).status}`,
      ),
    );
