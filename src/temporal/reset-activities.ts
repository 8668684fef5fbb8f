// Retries calls now, by Temporal's own reset: it cancels the wait for the next attempt, or abandons the present attempt, and
// counts attempts from the start. The idempotency key stays the same.
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';

/** Resets the pending activities of a run whose id satisfies `isMeant`. */
export async function resetActivities(
  client: Client,
  { workflowId, runId, raw }: WorkflowExecutionDescription,
  isMeant: (activityId: string) => boolean,
): Promise<void> {
  const ids = (raw.pendingActivities ?? []).map(({ activityId }) => activityId ?? '');
  const reset = (id: string) =>
    client.workflowService.resetActivity({ namespace: client.options.namespace, execution: { workflowId, runId }, id });
  await Promise.all(ids.filter(isMeant).map(reset));
}
