// All Workflows and Schedules of a namespace, as the server lists them.
import type { Client } from '@temporalio/client';
import type { Execution } from './history.js';

/**
 * Every Workflow that is running or within retention. A Workflow that ends moves within the list while it is read, so those that
 * run are listed first: each is then in at least one of the two lists.
 */
export async function* listWorkflows(client: Client): AsyncGenerator<Required<Execution>> {
  for (const query of ['ExecutionStatus = "Running"', '']) {
    let nextPageToken: Uint8Array = new Uint8Array();
    do {
      const page = await client.workflowService.listWorkflowExecutions({
        namespace: client.options.namespace,
        query,
        nextPageToken,
      });
      for (const { execution } of page.executions ?? []) {
        yield { workflowId: execution?.workflowId ?? '', runId: execution?.runId ?? '' };
      }
      nextPageToken = page.nextPageToken ?? new Uint8Array();
    } while (nextPageToken.length > 0);
  }
}

type ScheduleDescription = Awaited<ReturnType<Client['workflowService']['describeSchedule']>>;

/** The Schedules, with what they start. */
export async function* describeSchedules(client: Client): AsyncGenerator<ScheduleDescription> {
  const { namespace } = client.options;
  let nextPageToken: Uint8Array = new Uint8Array();
  do {
    const page = await client.workflowService.listSchedules({ namespace, nextPageToken });
    for (const { scheduleId } of page.schedules ?? []) {
      yield await client.workflowService.describeSchedule({ namespace, scheduleId: scheduleId ?? '' });
    }
    nextPageToken = page.nextPageToken ?? new Uint8Array();
  } while (nextPageToken.length > 0);
}
