// What a planner made is validated like anyone's plan, and held to limits that Baton keeps: a model that is asked to keep
// them may not, and one that reads what others wrote may have been talked out of it.
import type { Catalogue } from './catalogue.js';
import { DEFAULT_MAX_ITEMS, type Decompose, type Plan, type Replan, type Task } from './plan.js';
import type { PlanLimits } from './planner.js';
import { got, problem, type Path, type Problem } from './problem.js';
import { findUnapproved } from './sensitive.js';
import { agentsIn } from './task-agents.js';
import { isRecord } from './validate/context.js';
import { validatePlan } from './validate/index.js';

export interface MadeUnder {
  readonly limits: PlanLimits;
  readonly catalogue: Pick<Catalogue, 'entries'>;
  /** Of the decomposition: a plan within it plans by the same planner. */
  readonly planner: string;
  /** How the plan is planned anew when it has failed, where it is. */
  readonly replan?: Replan;
}

/** The plan as it will run, or all that is wrong with it. */
export type Made = { readonly plan: Plan } | { readonly problems: readonly Problem[] };

export function readMadePlan(answer: unknown, under: MadeUnder): Made {
  const { limits, catalogue, planner, replan } = under;
  const raw = replan === undefined || !isRecord(answer) ? answer : { ...answer, onFailure: 'replan', replan };
  // Before all else: what is far too large is not looked at any closer.
  const tooMany = tooManyTasks(countTasks(raw), limits);
  if (tooMany !== undefined) return { problems: [tooMany] };
  const types = catalogue.entries.map(({ type }) => type);
  const { plan, problems } = validatePlan(raw, [...types, planner], new Map());
  if (plan === undefined) return { problems };
  const unasked = replan === undefined ? replansUnasked(plan, []) : [];
  const beyond = [...unasked, ...beyondLimits(plan, [], under), ...findUnapproved(plan, sensitiveTypes(catalogue))];
  return beyond.length > 0 ? { problems: beyond } : { plan: bounded(plan, under) };
}

export const sensitiveTypes = ({ entries }: Pick<Catalogue, 'entries'>): ReadonlySet<string> =>
  new Set(entries.filter(({ sensitive }) => sensitive === true).map(({ type }) => type));

export const tooManyTasks = (count: number, { maxTasks }: PlanLimits): Problem | undefined =>
  count <= maxTasks
    ? undefined
    : problem('plan.too-many-tasks', ['tasks'], `expected at most ${maxTasks} tasks, got ${count}`);

/** Those of inline plans included; whatever is given. */
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

export function beyondLimits({ tasks }: Pick<Plan, 'tasks'>, path: Path, under: MadeUnder): Problem[] {
  return Object.entries(tasks).flatMap(([id, task]) => {
    const at = [...path, 'tasks', id];
    return [
      ...(typeof task.plan === 'object'
        ? [...replansUnasked(task.plan, [...at, 'plan']), ...beyondLimits(task.plan, [...at, 'plan'], under)]
        : []),
      ...agentsIn(task).flatMap(({ agent, place }) =>
        agent === under.planner ? [notAllowed(agent, [...at, ...place])] : [],
      ),
      ...tooManyItems(task, at, under.limits),
      ...(task.decompose === undefined ? [] : decomposesBeyond(task.decompose, [...at, 'decompose'], under)),
    ];
  });
}

/** How often a planner is asked is not for a planner to say. */
function replansUnasked({ onFailure }: Plan | Decompose, path: Path): Problem[] {
  if (onFailure !== 'replan') return [];
  return [
    problem('plan.replan-made', [...path, 'onFailure'], 'expected a plan that is not planned anew, got "replan"'),
  ];
}

function tooManyItems({ forEach }: Task, path: Path, { maxItems }: PlanLimits): Problem[] {
  const asked = Array.isArray(forEach?.items) ? forEach.items.length : (forEach?.maxItems ?? 0);
  if (asked <= maxItems) return [];
  return [problem('plan.too-many-items', [...path, 'forEach'], `expected at most ${maxItems} items, got ${asked}`)];
}

function decomposesBeyond(inner: Decompose, path: Path, { limits, planner }: MadeUnder): Problem[] {
  if (limits.depth < 1) {
    return [problem('plan.too-deep', path, 'expected a plan that is not decomposed further, got a task that is')];
  }
  const most: [keyof Decompose, number, number][] = [
    ['maxDepth', inner.maxDepth ?? 1, limits.depth],
    ['maxTasks', inner.maxTasks ?? 1, limits.maxTasks],
    ['maxItems', inner.maxItems ?? 1, limits.maxItems],
  ];
  return [
    ...replansUnasked(inner, path),
    ...(inner.planner === planner ? [] : [notAllowed(inner.planner, [...path, 'planner'], planner)]),
    ...most.flatMap(([key, asked, limit]) =>
      asked <= limit
        ? []
        : [problem('plan.out-of-range', [...path, key], `expected at most ${limit}, got ${String(asked)}`)],
    ),
  ];
}

const notAllowed = (type: string, path: Path, instead?: string): Problem =>
  problem(
    'plan.unknown-agent',
    path,
    instead === undefined
      ? `expected an agent that the plan may call, got the planner ${got(type)}`
      : `expected the planner ${got(instead)}, got ${got(type)}`,
  );

/** With the limits written in where the planner left them open. */
export function bounded<T extends Pick<Plan, 'tasks'>>(plan: T, under: MadeUnder): T {
  const tasks = Object.entries(plan.tasks).map(([id, task]) => [id, boundedTask(task, under)] as const);
  return { ...plan, tasks: Object.fromEntries(tasks) };
}

function boundedTask(task: Task, under: MadeUnder): Task {
  const { limits, catalogue } = under;
  const { forEach, plan, decompose } = task;
  return {
    ...task,
    ...(forEach === undefined
      ? {}
      : { forEach: { ...forEach, maxItems: Math.min(forEach.maxItems ?? DEFAULT_MAX_ITEMS, limits.maxItems) } }),
    ...(typeof plan === 'object' ? { plan: bounded(plan, under) } : {}),
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
