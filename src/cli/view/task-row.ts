// The row of one task: label, status, time and detail.
import { formatDuration } from '../../domain/duration.js';
import { truncateEnd } from '../../domain/text/truncate.js';
import { visibleLine } from '../../domain/text/visible.js';
import type { TaskResult } from '../../domain/run/result.js';
import type { TaskStatus } from '../../domain/task-status.js';
import { attemptsText } from '../../domain/plan/task-agents.js';
import type { TaskFacts } from './run-facts.js';

export interface TaskRow {
  readonly id: string;
  readonly label: string;
  readonly status: TaskStatus;
  /** How long it has run; empty if it has not started. */
  readonly time: string;
  readonly detail: string;
}

export function taskRow(id: string, task: TaskResult, facts: TaskFacts | undefined, now: number): TaskRow {
  return {
    id,
    // After a fallback, another agent than the plan's has answered. The title of an approval may be an expression.
    label: visibleLine(task.agent ?? titleOf(task, facts) ?? facts?.label ?? ''),
    status: task.status,
    time: timeOf(task, now),
    detail: detailOf(task, facts, now),
  };
}

const titleOf = ({ question }: TaskResult, facts: TaskFacts | undefined): string | undefined =>
  facts?.kind === 'approve' ? question?.title : undefined;

export function timeOf({ startedAt, endedAt }: TaskResult, now: number): string {
  if (startedAt === null) return '';
  const until = endedAt === null ? now : Date.parse(endedAt);
  return formatDuration(Math.max(0, until - Date.parse(startedAt)));
}

/** The reasons that do not involve another task. */
const SKIP_REASONS: Partial<Record<NonNullable<TaskResult['skip']>['cause'], string>> = {
  condition: 'its condition was false',
  budget: 'optional, and the budget was at its soft limit',
};

/** `attempt 2 · connect ECONNREFUSED`, `3 calls`, `24/120 items, 1 failed`, `waits for pool gpus`, `its condition was false`. */
export function detailOf(task: TaskResult, facts?: Pick<TaskFacts, 'hasSeveralCalls'>, now = Date.now()): string {
  const { status, attempts, items, waits, job, reused, cached, skip, failure } = task;
  const parts: string[] = [];
  const isHeld = waits?.breaker !== undefined && items === null;
  // Attempts whose input could not be read do not count.
  const isUncounted = isHeld || waits?.storage !== undefined;
  if (items !== null) {
    const failed = items.failed > 0 ? `, ${items.failed} failed` : '';
    const again = items.reused === undefined || reused !== undefined ? '' : `, ${items.reused} reused`;
    parts.push(`${items.succeeded}/${items.total} items${failed}${again}`);
  } else if (attempts > 1 && !isUncounted) parts.push(attemptsText(attempts, facts));
  if (waits !== undefined) {
    const what = `${waitTarget(waits)}${untilText(waits, now)}${sinceText(waits, now)}`;
    parts.push(items === null ? `waits for ${what}` : `${waits.calls} waiting for ${what}`);
  } else if (job !== undefined) parts.push(jobText(job));
  if (reused !== undefined) parts.push('reused');
  if (cached === true) parts.push('from the cache');
  if (skip !== null) {
    const because = skip.because === undefined ? 'the run ended' : `because of ${skip.because}`;
    const whole = skip.because === undefined ? SKIP_REASONS[skip.cause] : undefined;
    parts.push(whole ?? because);
  }
  // The failure of a cancelled task only repeats that it was cancelled, and that of a breaker that the task waits for it.
  if (failure !== null && status !== 'cancelled' && !isHeld) parts.push(visibleLine(failure.message));
  // The cause explains why the outcome is unknown.
  if (status === 'unknown' && failure?.cause !== undefined) parts.push(visibleLine(failure.cause));
  return parts.join(' · ');
}

/** Characters that a row shows of the progress of a job. */
const SHOWN_OF_PROGRESS = 100;

/** `running: 3/5 tasks, https://…` */
function jobText({ id, link, state = 'running', progress }: NonNullable<TaskResult['job']>): string {
  const text = typeof progress === 'string' ? progress : progress === undefined ? '' : JSON.stringify(progress);
  const shown = text === '' ? '' : ` (${truncateEnd(text, SHOWN_OF_PROGRESS)})`;
  return visibleLine(`${state}${shown}: ${link ?? id}`);
}

function waitTarget({ pool, breaker = '', agent, taskQueue, storage, job }: NonNullable<TaskResult['waits']>): string {
  if (job !== undefined) return `a person: ${visibleLine(job)}`;
  if (storage !== undefined) return `storage ${visibleLine(storage)}`;
  if (taskQueue !== undefined) return `a worker of Task Queue ${visibleLine(taskQueue)}`;
  if (agent !== undefined) return `a worker that has agent ${visibleLine(agent)}`;
  return pool === undefined ? `the breaker of ${visibleLine(breaker)}` : `pool ${visibleLine(pool)}`;
}

/** `, away for 40s` */
const sinceText = ({ since }: NonNullable<TaskResult['waits']>, now: number): string =>
  since === undefined ? '' : `, away for ${formatDuration(Math.max(0, now - Date.parse(since)))}`;

/** `, calls may try in 40s`, rounded up to whole seconds. */
function untilText({ until }: NonNullable<TaskResult['waits']>, now: number): string {
  const leftMs = until === undefined ? 0 : Date.parse(until) - now;
  if (until === undefined) return '';
  return leftMs <= 0 ? ', calls may try now' : `, calls may try in ${formatDuration(Math.ceil(leftMs / 1000) * 1000)}`;
}
