// Whether anybody works on a Task Queue.
import type { Client } from '@temporalio/client';

/** temporal.api.enums.v1.TaskQueueType */
const TASK_QUEUE_TYPE_WORKFLOW = 1;

/** Workers that have polled the queue for Workflow Tasks lately; the server forgets one after some five minutes. */
export async function pollersOf(client: Client, taskQueue: string): Promise<number> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: TASK_QUEUE_TYPE_WORKFLOW,
  });
  return pollers?.length ?? 0;
}
