// A running task whose attempt has failed and whose next one is due is `retrying`: the run does not know, the server does.
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { RunResult } from '../domain/run-result.js';

/** Activity ids begin with the task: `scan`, `scan:fallback`, `analyze[7]`, `scan~1`; `replan-1:plan` is of none. */
export const taskOfActivity = (activityId: string): string => /^[A-Za-z0-9_]+(?=[~[:]|$)/.exec(activityId)?.[0] ?? '';

export function retryingTasks(tasks: RunResult['tasks'], { raw }: WorkflowExecutionDescription): RunResult['tasks'] {
  const updated = { ...tasks };
  for (const { activityId, attempt, state } of raw.pendingActivities ?? []) {
    const id = taskOfActivity(activityId ?? '');
    const task = updated[id];
    // A forEach is running as long as any of its items is.
    if (task === undefined || task.status !== 'running' || task.items !== null) continue;
    const isDue = (attempt ?? 1) > 1 && Number(state) === SCHEDULED;
    updated[id] = { ...task, attempts: attempt ?? 1, ...(isDue ? { status: 'retrying' } : {}) };
  }
  return updated;
}

/** temporal.api.enums.v1.PendingActivityState: waiting for its time, or for a worker. */
const SCHEDULED = 1;
