// How long a task may take: its timeout, and its deadline for everything that is done for it, whichever ends first.
import { CancellationScope, sleep } from '@temporalio/workflow';
import { durationMs } from '../../domain/duration.js';
import { failure } from '../../domain/failure.js';
import { stateOf } from '../../domain/progress.js';
import type { Run } from '../run.js';
import { workName, type Settled, type Work } from './work.js';

/** Milliseconds until the deadline of a task, which has passed if they are not above 0; `undefined` where it has none. */
export function deadlineLeft(run: Run, { task }: Pick<Work, 'task'>): number | undefined {
  if (task.deadlineMs === undefined) return undefined;
  return startOf(run, task.id) + task.deadlineMs - Date.now();
}

/** Milliseconds that are left to wait; `undefined` where nothing limits it. Counted from the start, so a continue-as-new adds nothing. */
export function msLeft(run: Run, work: Pick<Work, 'task'>, own?: string): number | undefined {
  const { id, task } = work.task;
  const limits = [own, task.timeout].flatMap((one) =>
    one === undefined ? [] : [startOf(run, id) + durationMs(one) - Date.now()],
  );
  return earliest([...limits, deadlineLeft(run, work)]);
}

/** Runs `what`, cancelling it when the time is up. */
export async function limited<T>(run: Run, work: Work, what: () => Promise<T>): Promise<T | Settled> {
  const { timeout } = work.task.task;
  const ms = earliest([timeout === undefined ? undefined : durationMs(timeout), deadlineLeft(run, work)]);
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

const startOf = (run: Run, id: string): number => stateOf(run.progress, id).startedAt ?? Date.now();

function earliest(limits: readonly (number | undefined)[]): number | undefined {
  const known = limits.filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.max(1, Math.min(...known));
}
