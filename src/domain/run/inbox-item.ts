// What a run waits for, with all that a person needs to answer: since when, until when, and the data to decide on.
import { z } from 'zod';
import { durationMs } from '../duration.js';
import { defined } from '../json/defined.js';
import { buildGraph, type GraphTask } from '../plan/graph.js';
import type { Plan } from '../plan/plan.js';
import type { RunResult } from './result.js';
import type { Waiting } from './waiting.js';

export const INBOX_KINDS = ['approval', 'plan', 'event', 'budget', 'job'] as const;
/** `plan`: a plan that a planner made waits for approval. `job`: a person must act in another system. */
export const InboxKind = z.enum(INBOX_KINDS);
export type InboxKind = z.infer<typeof InboxKind>;

export interface InboxItem {
  readonly kind: InboxKind;
  /** The run that takes the answer: of a sub-plan, its own run. */
  readonly runId: string;
  /** The run that it belongs to, if it is a sub-plan's. */
  readonly root?: string;
  readonly plan: string;
  /** Absent if the run waits for a larger budget. */
  readonly task?: string;
  readonly title: string;
  readonly description?: string;
  /** By task: the outputs of the tasks that the approval needs. Of a made plan: the plan, as `plan`. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** The tasks whose outputs are too large to be shown here. */
  readonly omitted?: readonly string[];
  /** ISO 8601. */
  readonly since?: string;
  /** When its time limit ends; then `onTimeout` decides. Absent if it has no limit. */
  readonly until?: string;
  /** What silence means. */
  readonly onTimeout?: 'reject' | 'approve';
  /** The command that answers. */
  readonly command: string;
}

/** Characters of the JSON of one output: a screen or two for a person. */
const MOST_OF_DATA = 64 * 1024;

export interface WaitingRunFacts {
  readonly snapshot: RunResult;
  readonly plan: Plan;
  readonly root?: string | undefined;
}

export function inboxItems({ snapshot, plan, root }: WaitingRunFacts): InboxItem[] {
  const { tasks } = buildGraph(plan);
  return (snapshot.waiting ?? []).map((waiting) => {
    const { task, title, description, command } = waiting;
    const graphTask = task === undefined ? undefined : tasks.get(task);
    const result = task === undefined ? undefined : snapshot.tasks[task];
    const kind = kindOf(waiting, result?.asks === true);
    const since = result?.startedAt ?? undefined;
    return {
      kind,
      runId: snapshot.runId,
      ...defined({ root }),
      plan: snapshot.plan,
      ...defined({ task }),
      title,
      ...defined({ description }),
      ...(graphTask === undefined ? {} : dataOf(kind, graphTask, snapshot)),
      ...defined({ since }),
      ...(graphTask === undefined || since === undefined ? {} : limitOf(graphTask, kind, since)),
      command,
    };
  });
}

function kindOf({ for: what }: Waiting, asks: boolean): InboxKind {
  if (what !== 'person') return what;
  return asks ? 'plan' : 'approval';
}

function dataOf(
  kind: InboxKind,
  { id, needs }: GraphTask,
  { tasks }: Pick<RunResult, 'tasks'>,
): Pick<InboxItem, 'data' | 'omitted'> {
  if (kind !== 'approval' && kind !== 'plan') return {};
  const all =
    kind === 'plan'
      ? [['plan', tasks[id]?.plan] as const]
      : needs.flatMap((need) => (tasks[need]?.status === 'succeeded' ? [[need, tasks[need].output] as const] : []));
  const isSmall = ([, value]: readonly [string, unknown]): boolean =>
    (JSON.stringify(value)?.length ?? 0) <= MOST_OF_DATA;
  const dropped = kind === 'plan' ? [] : needs.filter((need) => tasks[need]?.omittedBytes !== undefined);
  const data = all.filter((one) => isSmall(one) && !dropped.includes(one[0]));
  const omitted = [...dropped, ...all.filter((one) => !isSmall(one)).map(([name]) => name)];
  return {
    ...(data.length === 0 ? {} : { data: Object.fromEntries(data) }),
    ...(omitted.length === 0 ? {} : { omitted: [...new Set(omitted)] }),
  };
}

/** The earliest limit counts, from the start of the task, as in the Workflow. */
function limitOf(
  { task, deadlineMs }: GraphTask,
  kind: InboxKind,
  since: string,
): Pick<InboxItem, 'until' | 'onTimeout'> {
  if (kind === 'job') return {};
  const made = task.decompose?.approve;
  const approve = task.approve ?? (typeof made === 'object' ? made : {});
  const own = typeof task.event === 'object' ? task.event.timeout : approve.timeout;
  const limits = [own, task.timeout].flatMap((one) => (one === undefined ? [] : [durationMs(one)]));
  const least = Math.min(...limits, deadlineMs ?? Infinity);
  if (least === Infinity) return {};
  const until = new Date(Date.parse(since) + least).toISOString();
  return kind === 'event' ? { until } : { until, onTimeout: approve.onTimeout ?? 'reject' };
}
