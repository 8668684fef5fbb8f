// Retries all calls of a run, and of its sub-plans, that wait for their next attempt.
import { taskOfActivity, waitingForAttempt } from './pending-activities.js';
import type { RunHandle } from './run-handle.js';
import { subRunsIn } from './sub-runs.js';

/** The tasks that were retried, by path: `order/pay` is the task `pay` of the sub-plan `order`. Throws as `retryTask` does. */
export async function retryRun(run: RunHandle, sub: (id: string) => RunHandle, reason?: string): Promise<string[]> {
  const description = await run.describe();
  const tasks = [...new Set(waitingForAttempt(description).map(taskOfActivity))].filter((task) => task !== '');
  for (const task of tasks) await run.retryTask(task, { reason });
  const retried = tasks;
  for (const id of subRunsIn(description)) {
    const within = await retryRun(sub(id), sub, reason);
    retried.push(...within.map((task) => `${id.slice(run.id.length + 1)}/${task}`));
  }
  return retried;
}
