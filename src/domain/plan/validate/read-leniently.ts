// Reads as much of a plan as possible. Parts of the wrong shape are reported and left out for later checks, so that one bad key does
// not hide other problems. A task that cannot be read at all still counts as a task.
import { z } from 'zod';
import { kindsOf, MAX_TASK_ID_LENGTH, PlanHead, Task, TASK_ID, type TaskKind } from '../plan.js';
import { shown, type Path } from '../../problem.js';
import { isRecord } from '../../json/own-property.js';
import type { Context } from './context.js';
import { PLAN_KEYS, TASK_KEYS } from './vocabulary.js';
import { reportIssues } from './zod-issues.js';

/** A task whose sub-plan has not been read. */
export const OuterTask = Task.extend({ plan: z.unknown().optional() });
export type OuterTask = z.infer<typeof OuterTask>;

const Head = PlanHead.partial();
type Head = z.infer<typeof Head>;

export interface ReadTask {
  readonly id: string;
  readonly path: Path;
  /** The task as it was written; absent if that is not an object. */
  readonly raw?: Readonly<Record<string, unknown>>;
  /** The parts of the task that could be read. */
  readonly task: OuterTask;
  /** The kinds that the task names, whether they could be read or not. */
  readonly kinds: readonly TaskKind[];
}

export interface ReadPlan {
  readonly path: Path;
  readonly head: Head;
  readonly tasks: ReadonlyMap<string, ReadTask>;
}

export function readPlan(raw: Readonly<Record<string, unknown>>, path: Path, context: Context): ReadPlan {
  const { tasks, ...rest } = raw;
  const parsed = PlanHead.safeParse(rest);
  if (!parsed.success) reportIssues(parsed.error.issues, { raw: rest, path, keys: PLAN_KEYS }, context);
  const head = parsed.success ? parsed.data : salvage(Head, rest, parsed.error.issues, {});
  return { path, head, tasks: readTasks(tasks, [...path, 'tasks'], context) };
}

function readTasks(raw: unknown, path: Path, context: Context): Map<string, ReadTask> {
  const tasks = new Map<string, ReadTask>();
  if (raw !== undefined && !isRecord(raw)) {
    const hint = Array.isArray(raw) ? 'write an object from ids to tasks, not a list' : undefined;
    context.report('plan.bad-type', path, `expected an object from ids to tasks, got ${shown(raw)}`, hint);
    return tasks;
  }
  for (const [id, task] of Object.entries(raw ?? {})) {
    checkId(id, [...path, id], context);
    tasks.set(id, readTask(id, task, [...path, id], context));
  }
  if (tasks.size === 0) context.report('plan.no-tasks', path, `expected at least one task, got ${shown(raw)}`);
  return tasks;
}

function checkId(id: string, path: Path, context: Context): void {
  if (TASK_ID.test(id) && id.length <= MAX_TASK_ID_LENGTH) return;
  const fixed = id
    .replaceAll(/\W+/g, '_')
    .replace(/^[^A-Za-z]+/, '')
    .slice(0, MAX_TASK_ID_LENGTH);
  context.report(
    'plan.bad-id',
    path,
    `expected an id of a letter, then letters, digits and "_", at most ${MAX_TASK_ID_LENGTH}, got ${shown(id)}`,
    fixed === '' || fixed === id ? undefined : `for example ${shown(fixed)}`,
  );
}

function readTask(id: string, raw: unknown, path: Path, context: Context): ReadTask {
  if (!isRecord(raw)) {
    context.report('plan.bad-type', path, `expected a task, an object with a key such as "agent", got ${shown(raw)}`);
    return { id, path, task: {}, kinds: [] };
  }
  const parsed = OuterTask.safeParse(raw);
  if (!parsed.success) reportIssues(parsed.error.issues, { raw, path, keys: TASK_KEYS }, context);
  const task = parsed.success ? parsed.data : salvage(OuterTask, raw, parsed.error.issues, {});
  return { id, path, raw, task, kinds: kindsOf(raw) };
}

/** Leaves out the wrong parts: first only these, then, if the rest is still invalid without them, the objects that contain them. */
function salvage<T>(schema: z.ZodType<T>, raw: unknown, issues: readonly z.core.$ZodIssue[], otherwise: T): T {
  let kept = raw;
  for (const depth of [2, 1]) {
    const wrong = new Set(
      issues.flatMap((issue) => {
        const keys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
        return keys.map((key) => keyOf([...issue.path, ...(key === undefined ? [] : [key])].slice(0, depth)));
      }),
    );
    kept = without(kept, wrong, [], depth);
    const parsed = schema.safeParse(kept);
    if (parsed.success) return parsed.data;
  }
  return otherwise;
}

const keyOf = (path: Path): string => JSON.stringify(path.map(String));

function without(value: unknown, wrong: ReadonlySet<string>, path: Path, depth: number): unknown {
  if (depth === 0) return value;
  const keep = (key: PropertyKey) => !wrong.has(keyOf([...path, key]));
  if (Array.isArray(value)) return value.filter((_, i) => keep(i));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => keep(key))
      .map(([key, part]) => [key, without(part, wrong, [...path, key], depth - 1)]),
  );
}
