// A generated plan is validated like any other, and Baton enforces its limits. The prompt of the planner is not enough: a model may
// ignore it, and text that the model reads may contain other instructions.
import type { Catalogue } from '../agent/catalogue.js';
import { DEFAULT_MAX_ITEMS, type Decompose, type Plan, type Replan, type Task } from '../plan/plan.js';
import type { PlanLimits } from './limits.js';
import { shown, problem, type Path, type Problem } from '../problem.js';
import type { Rules } from '../rules.js';
import { findUnapproved } from './approval-rule.js';
import { agentsCalledBy } from '../plan/task-agents.js';
import { isRecord } from '../json/own-property.js';
import { validatePlan } from '../plan/validate/index.js';

export interface PlanConstraints {
  readonly limits: PlanLimits;
  readonly catalogue: Pick<Catalogue, 'entries'>;
  /** The planner of the decomposition: decompositions in the plan must use the same one. */
  readonly planner: string;
  /** How the plan is re-planned if it fails; absent if it is not. */
  readonly replan?: Replan;
  /** The rules of the run; absent means the newest. */
  readonly rules?: Rules;
}

/** The plan as it will run, or everything that is wrong with it. */
export type GeneratedPlan = { readonly plan: Plan } | { readonly problems: readonly Problem[] };

export function readGeneratedPlan(answer: unknown, under: PlanConstraints): GeneratedPlan {
  const { limits, catalogue, planner, replan, rules } = under;
  const raw = replan === undefined || !isRecord(answer) ? answer : { ...answer, onFailure: 'replan', replan };
  // Checked first, because validating a huge plan takes long.
  const tooMany = tooManyTasksProblem(countTasks(raw), limits);
  if (tooMany !== undefined) return { problems: [tooMany] };
  const types = catalogue.entries.map(({ type }) => type);
  const { plan, problems } = validatePlan(raw, [...types, planner], new Map());
  if (plan === undefined) return { problems };
  const unasked = replan === undefined ? replanProblems(plan, []) : [];
  const unapproved = findUnapproved(plan, sensitiveTypes(catalogue), rules);
  const beyond = [...unasked, ...limitProblems(plan, [], under), ...unapproved];
  return beyond.length > 0 ? { problems: beyond } : { plan: withLimits(plan, under) };
}

export const sensitiveTypes = ({ entries }: Pick<Catalogue, 'entries'>): ReadonlySet<string> =>
  new Set(entries.filter(({ sensitive }) => sensitive === true).map(({ type }) => type));

export const tooManyTasksProblem = (count: number, { maxTasks }: PlanLimits): Problem | undefined =>
  count <= maxTasks
    ? undefined
    : problem('plan.too-many-tasks', ['tasks'], `expected at most ${maxTasks} tasks, got ${count}`);

/** Counts tasks, those of inline plans included, in any value. */
export function countTasks(raw: unknown, depth = 0): number {
  const tasks = recordIn(raw, 'tasks');
  if (tasks === undefined || depth > 100) return 0;
  let count = 0;
  for (const task of Object.values(tasks)) count += 1 + countTasks(recordIn(task, 'plan'), depth + 1);
  return count;
}

function recordIn(value: unknown, key: string): object | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  const found: unknown = Reflect.get(value, key);
  return typeof found === 'object' && found !== null ? found : undefined;
}

export function limitProblems({ tasks }: Pick<Plan, 'tasks'>, path: Path, under: PlanConstraints): Problem[] {
  return Object.entries(tasks).flatMap(([id, task]) => {
    const at = [...path, 'tasks', id];
    return [
      ...(typeof task.plan === 'object'
        ? [...replanProblems(task.plan, [...at, 'plan']), ...limitProblems(task.plan, [...at, 'plan'], under)]
        : []),
      ...agentsCalledBy(task, under.rules).flatMap(({ agent, place, use }) =>
        agent === under.planner && use !== 'plan' ? [notAllowed(agent, [...at, ...place])] : [],
      ),
      ...(task.publish === undefined ? [] : [publishProblem([...at, 'publish'])]),
      ...tooManyItemsProblems(task, at, under.limits),
      ...(task.decompose === undefined ? [] : decomposeProblems(task.decompose, [...at, 'decompose'], under)),
    ];
  });
}

/** Re-planning is a setting of the decomposition: a generated plan may not request it. */
function replanProblems({ onFailure }: Plan | Decompose, path: Path): Problem[] {
  if (onFailure !== 'replan') return [];
  return [problem('plan.replan-made', [...path, 'onFailure'], 'expected a plan that is not re-planned, got "replan"')];
}

/** An event may start other runs: only a person decides where events go. */
const publishProblem = (path: Path): Problem =>
  problem('plan.publish-made', path, 'expected a plan that publishes no events, got a task that does');

function tooManyItemsProblems({ forEach }: Task, path: Path, { maxItems }: PlanLimits): Problem[] {
  const requested = Array.isArray(forEach?.items) ? forEach.items.length : (forEach?.maxItems ?? 0);
  if (requested <= maxItems) return [];
  return [problem('plan.too-many-items', [...path, 'forEach'], `expected at most ${maxItems} items, got ${requested}`)];
}

function decomposeProblems(inner: Decompose, path: Path, { limits, planner }: PlanConstraints): Problem[] {
  if (limits.depth < 1) {
    return [problem('plan.too-deep', path, 'expected a plan that is not decomposed further, got a task that is')];
  }
  const most: [keyof Decompose, number, number][] = [
    ['maxDepth', inner.maxDepth ?? 1, limits.depth],
    ['maxTasks', inner.maxTasks ?? 1, limits.maxTasks],
    ['maxItems', inner.maxItems ?? 1, limits.maxItems],
  ];
  return [
    ...replanProblems(inner, path),
    ...(inner.planner === planner ? [] : [notAllowed(inner.planner, [...path, 'planner'], planner)]),
    ...most.flatMap(([key, requested, limit]) =>
      requested <= limit
        ? []
        : [problem('plan.out-of-range', [...path, key], `expected at most ${limit}, got ${String(requested)}`)],
    ),
  ];
}

const notAllowed = (type: string, path: Path, instead?: string): Problem =>
  problem(
    'plan.unknown-agent',
    path,
    instead === undefined
      ? `expected an agent that the plan may call, got the planner ${shown(type)}`
      : `expected the planner ${shown(instead)}, got ${shown(type)}`,
  );

/** The plan with the limits filled in that the planner left open. */
export function withLimits<T extends Pick<Plan, 'tasks'>>(plan: T, under: PlanConstraints): T {
  const tasks = Object.entries(plan.tasks).map(([id, task]) => [id, taskWithLimits(task, under)] as const);
  return { ...plan, tasks: Object.fromEntries(tasks) };
}

function taskWithLimits(task: Task, under: PlanConstraints): Task {
  const { limits, catalogue } = under;
  const { forEach, plan, decompose } = task;
  return {
    ...task,
    ...(forEach === undefined
      ? {}
      : { forEach: { ...forEach, maxItems: Math.min(forEach.maxItems ?? DEFAULT_MAX_ITEMS, limits.maxItems) } }),
    ...(typeof plan === 'object' ? { plan: withLimits(plan, under) } : {}),
    ...(decompose === undefined
      ? {}
      : {
          decompose: {
            ...decompose,
            agents: decompose.agents ?? catalogue.entries.map(({ type }) => type),
            maxTasks: decompose.maxTasks ?? limits.maxTasks,
            maxItems: decompose.maxItems ?? limits.maxItems,
          },
        }),
  };
}
