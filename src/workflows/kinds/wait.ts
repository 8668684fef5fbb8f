// Waits for a duration or until a time, on a durable timer.
import { sleep } from '@temporalio/workflow';
import { ExpressionError } from '../../domain/expression.js';
import { stateOf } from '../../domain/progress.js';
import { inTime } from '../../domain/soon.js';
import { waitUntil } from '../../domain/wait-until.js';
import { render, type Run } from '../run.js';
import type { Settled, Work } from './work.js';

export async function performWait(run: Run, work: Work): Promise<Settled> {
  const { task } = work;
  const state = stateOf(run.progress, task.id);
  if (state.dueAt === undefined) {
    const wait = task.task.wait!;
    const [template, accept] =
      typeof wait === 'string'
        ? ([wait, 'both'] as const)
        : 'for' in wait
          ? ([wait.for, 'duration'] as const)
          : ([wait.until, 'time'] as const);
    const value = await inTime(render(run, template, work.scope));
    // Kept: an expression that reads the clock would say something else after a continue-as-new.
    state.dueAt = waitUntil(value, state.startedAt ?? Date.now(), accept);
    if (state.dueAt === undefined) {
      throw new ExpressionError(
        `wait: expected a duration such as "30s" or an ISO 8601 time, got ${JSON.stringify(value)}`,
      );
    }
  }
  const ms = state.dueAt - Date.now();
  if (ms > 0) await sleep(ms, { summary: task.id });
  return { outcome: { status: 'succeeded', output: { at: new Date(state.dueAt).toISOString() }, attempts: 0 } };
}
