import type { Client } from '@temporalio/client';

/** How many histories a run has gone through: one more than it has continued as new. */
export async function historiesOf(client: Client, id: string): Promise<number> {
  let [count, runId] = [0, (await client.workflow.getHandle(id).describe()).runId];
  while (runId !== '') {
    count++;
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId: id, runId },
      maximumPageSize: 1,
    });
    runId = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
  }
  return count;
}
