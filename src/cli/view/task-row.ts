// What there is to say of one task on one line.
import { formatDuration } from '../../domain/duration.js';
import { oneLine } from '../../domain/one-line.js';
import type { TaskResult } from '../../domain/run-result.js';
import type { TaskStatus } from '../../domain/status.js';
import type { TaskFacts } from './run-facts.js';

export interface TaskRow {
  readonly id: string;
  readonly label: string;
  readonly status: TaskStatus;
  /** How long it has taken; empty if it has not started. */
  readonly time: string;
  readonly detail: string;
}

export function taskRow(id: string, task: TaskResult, facts: TaskFacts | undefined, now: number): TaskRow {
  return {
    id,
    // After a fallback, the agent that answered is another than the plan's.
    label: oneLine(task.agent ?? facts?.label ?? ''),
    status: task.status,
    time: timeOf(task, now),
    detail: detailOf(task),
  };
}

export function timeOf({ startedAt, endedAt }: TaskResult, now: number): string {
  if (startedAt === null) return '';
  const until = endedAt === null ? now : Date.parse(endedAt);
  return formatDuration(Math.max(0, until - Date.parse(startedAt)));
}

/** Where no other task brought it about. */
const WHY_SKIPPED: Partial<Record<NonNullable<TaskResult['skip']>['cause'], string>> = {
  condition: 'its condition was false',
  budget: 'optional, and the budget was at its soft limit',
};

/** `attempt 2 · connect ECONNREFUSED`, `24/120 items, 1 failed`, `waits for pool gpus`, `its condition was false`. */
export function detailOf({ status, attempts, items, waits, reused, cached, skip, failure }: TaskResult): string {
  const parts: string[] = [];
  if (items !== null) {
    const failed = items.failed > 0 ? `, ${items.failed} failed` : '';
    const again = items.reused === undefined || reused !== undefined ? '' : `, ${items.reused} reused`;
    parts.push(`${items.succeeded}/${items.total} items${failed}${again}`);
  } else if (attempts > 1) parts.push(`attempt ${attempts}`);
  if (waits !== undefined) {
    const { pool, breaker = '', calls } = waits;
    const what = pool === undefined ? `the breaker of ${oneLine(breaker)}` : `pool ${oneLine(pool)}`;
    parts.push(items === null ? `waits for ${what}` : `${calls} waiting for ${what}`);
  }
  if (reused !== undefined) parts.push('reused');
  if (cached === true) parts.push('from the cache');
  if (skip !== null) {
    const because = skip.because === undefined ? 'the run ended' : `because of ${skip.because}`;
    const whole = skip.because === undefined ? WHY_SKIPPED[skip.cause] : undefined;
    parts.push(whole ?? because);
  }
  // That a task was cancelled is all that there is to say of it.
  if (failure !== null && status !== 'cancelled') parts.push(oneLine(failure.message));
  return parts.join(' · ');
}
