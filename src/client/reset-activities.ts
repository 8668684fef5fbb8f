// Trying a call again now is Temporal's own: it cuts the wait for the next attempt short, or gives up the present one, and
// counts attempts from the start. The idempotency key stays what it was.
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { taskOfActivity } from './retrying.js';

/** Resets the pending calls of a task: one, or one for each item of a forEach. */
export async function resetActivities(
  client: Client,
  { workflowId, runId, raw }: WorkflowExecutionDescription,
  task: string,
): Promise<void> {
  const ids = (raw.pendingActivities ?? []).map(({ activityId }) => activityId ?? '');
  const reset = (id: string) =>
    client.workflowService.resetActivity({ namespace: client.options.namespace, execution: { workflowId, runId }, id });
  await Promise.all(ids.filter((id) => taskOfActivity(id) === task).map(reset));
}
