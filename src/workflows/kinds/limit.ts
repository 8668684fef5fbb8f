// How long a task may take that is no call: its own timeout, the task's, its deadline, whichever ends first.
import { CancellationScope, sleep } from '@temporalio/workflow';
import { durationMs } from '../../domain/duration.js';
import { failure } from '../../domain/failure.js';
import { stateOf } from '../../domain/progress.js';
import type { Run } from '../run.js';
import { workName, type Settled, type Work } from './work.js';

/** Milliseconds that are left; `undefined` where nothing limits it. Counted from the start, so a continue-as-new adds nothing. */
export function msLeft(run: Run, { task }: Pick<Work, 'task'>, own?: string): number | undefined {
  const limits = [own, task.task.timeout].filter((one) => one !== undefined).map(durationMs);
  if (task.deadlineMs !== undefined) limits.push(task.deadlineMs);
  if (limits.length === 0) return undefined;
  const startedAt = stateOf(run.progress, task.id).startedAt ?? Date.now();
  return Math.max(1, startedAt + Math.min(...limits) - Date.now());
}

/** Runs `what`, cancelling it when the time is up. */
export async function limited<T>(run: Run, work: Work, what: () => Promise<T>): Promise<T | Settled> {
  const ms = msLeft(run, work);
  if (ms === undefined) return await what();
  const inner = new CancellationScope();
  let isOver = false;
  const timer = new CancellationScope();
  const expiry = timer.run(async () => {
    await sleep(ms, { summary: `limit of ${workName(work)}` });
    isOver = true;
    inner.cancel();
  });
  // Cancelled as soon as the work is done, which is no failure.
  expiry.catch(() => undefined);
  try {
    return await inner.run(what);
  } catch (error) {
    if (!isOver) throw error;
    return {
      outcome: {
        status: 'failed',
        attempts: 1,
        failure: failure('TimedOut', 'did not end in time, and was cancelled'),
      },
    };
  } finally {
    timer.cancel();
  }
}
