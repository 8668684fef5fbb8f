// When something last happened to a Workflow.
import type { Client } from '@temporalio/client';
import { isNotFound } from './history.js';

/** The time of the newest event, in milliseconds since 1970; `undefined` if the Workflow does not exist any more. */
export async function lastEventTime(client: Client, workflowId: string): Promise<number | undefined> {
  try {
    const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: client.options.namespace,
      execution: { workflowId },
      maximumPageSize: 1,
    });
    const time = history?.events?.[0]?.eventTime;
    return time == null ? undefined : Number(time.seconds ?? 0) * 1000 + (time.nanos ?? 0) / 1e6;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
