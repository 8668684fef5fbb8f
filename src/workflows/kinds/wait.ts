// Waits for a duration or until a time, on a durable timer.
import { sleep } from '@temporalio/workflow';
import { ExpressionError } from '../../domain/expression/expression.js';
import { isCalendarDay, NO_SUCH_DAY } from '../../domain/calendar-day.js';
import { withHint } from '../../domain/problem.js';
import { advance } from '../../domain/progress/advance.js';
import { stateOf } from '../../domain/progress/progress.js';
import type { Task } from '../../domain/plan/plan.js';
import { parseTime, readTime, waitUntil } from '../../domain/plan/wait-until.js';
import { render, type Run } from '../run.js';
import type { Settlement, Work } from './work.js';

export async function performWait(run: Run, work: Work): Promise<Settlement> {
  const { id } = work.task;
  const dueAt = stateOf(run.progress, id).dueAt ?? (await findDueTime(run, work));
  const ms = dueAt - Date.now();
  if (ms > 0) await sleep(ms, { summary: id });
  return { outcome: { status: 'succeeded', output: { at: new Date(dueAt).toISOString() }, attempts: 0 } };
}

/** Evaluates when the wait ends. Recorded in progress: after a continue-as-new, an expression that reads the clock would differ. */
async function findDueTime(run: Run, { task, scope }: Work): Promise<number> {
  const { template, accept } = waitTemplate(task.task.wait!);
  const value = await render(run, template, scope);
  const parse = run.rules >= 3 ? parseTime : readTime;
  const at = waitUntil(value, stateOf(run.progress, task.id).startedAt ?? Date.now(), accept, parse);
  if (at === undefined) {
    const message = `wait: expected a duration such as "30s" or an ISO 8601 time, got ${JSON.stringify(value)}`;
    const exists = typeof value !== 'string' || isCalendarDay(value);
    throw new ExpressionError(withHint(message, exists ? undefined : NO_SUCH_DAY));
  }
  const due = { type: 'due', task: task.id, at } as const;
  advance(run.graph, run.progress, due);
  run.journal.note(due, Date.now());
  return at;
}

function waitTemplate(wait: NonNullable<Task['wait']>) {
  if (typeof wait === 'string') return { template: wait, accept: 'both' } as const;
  return 'for' in wait
    ? ({ template: wait.for, accept: 'duration' } as const)
    : ({ template: wait.until, accept: 'time' } as const);
}
