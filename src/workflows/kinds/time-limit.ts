// The time limits of a task: its timeout, and its deadline for all attempts and fallbacks together. The earlier one counts.
import { CancellationScope, sleep } from '@temporalio/workflow';
import { durationMs } from '../../domain/duration.js';
import { failure } from '../../domain/failure.js';
import { stateOf } from '../../domain/progress/progress.js';
import type { Run } from '../run.js';
import { workName, type Settlement, type Work } from './work.js';

/** Milliseconds until the deadline of a task, 0 or less if it has passed; `undefined` if the task has none. */
export function deadlineLeft(run: Run, { task }: Pick<Work, 'task'>): number | undefined {
  if (task.deadlineMs === undefined) return undefined;
  return startOf(run, task.id) + task.deadlineMs - Date.now();
}

/** Milliseconds that are left to wait; `undefined` if there is no limit. Counted from the start, so a continue-as-new adds no time. */
export function msLeft(run: Run, work: Pick<Work, 'task'>, own?: string): number | undefined {
  const { id, task } = work.task;
  const limits = [own, task.timeout].flatMap((one) =>
    one === undefined ? [] : [startOf(run, id) + durationMs(one) - Date.now()],
  );
  return earliest([...limits, deadlineLeft(run, work)]);
}

/** Runs `start`, and cancels it when the time is up; `remainsOf` then makes what remains of it. */
export async function runWithTimeLimit<T>(
  run: Run,
  work: Work,
  start: () => Promise<T>,
  remainsOf: (error: unknown) => Omit<Settlement, 'outcome'>,
): Promise<T | Settlement> {
  const { timeout } = work.task.task;
  const ms = earliest([timeout === undefined ? undefined : durationMs(timeout), deadlineLeft(run, work)]);
  if (ms === undefined) return await start();
  const inner = new CancellationScope();
  let isOver = false;
  const timer = new CancellationScope();
  const expiry = timer.run(async () => {
    await sleep(ms, { summary: `limit of ${workName(work)}` });
    isOver = true;
    inner.cancel();
  });
  // Cancelled when the work is done, which is not a failure.
  expiry.catch(() => undefined);
  try {
    return await inner.run(start);
  } catch (error) {
    if (!isOver) throw error;
    return {
      ...remainsOf(error),
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

const startOf = (run: Run, id: string): number => stateOf(run.progress, id).startedAt ?? Date.now();

function earliest(limits: readonly (number | undefined)[]): number | undefined {
  const known = limits.filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.max(1, Math.min(...known));
}
