// A run that continues as new is a chain of executions under one Workflow Id. If another run follows under the same id, that is
// another chain; the id alone means the newest.
import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { readHistory } from './history.js';

/** The first execution of the chain that this one belongs to. */
export const firstRunIdOf = ({ raw, runId }: WorkflowExecutionDescription): string =>
  raw.workflowExecutionInfo?.firstRunId || runId;

/** The present execution of the chain, or of the newest one. Throws WorkflowNotFoundError. */
export async function describeChain(
  client: Client,
  workflowId: string,
  firstRunId: string | undefined,
): Promise<WorkflowExecutionDescription> {
  const newest = await client.workflow.getHandle(workflowId).describe();
  if (firstRunId === undefined || firstRunIdOf(newest) === firstRunId) return newest;
  for (let runId = firstRunId; ;) {
    const one = await client.workflow.getHandle(workflowId, runId).describe();
    if (one.status.name !== 'CONTINUED_AS_NEW') return one;
    runId = await nextRunId(client, workflowId, runId);
  }
}

export async function nextRunId(client: Client, workflowId: string, runId: string): Promise<string> {
  let next: string | undefined;
  for await (const { workflowExecutionContinuedAsNewEventAttributes: end } of readHistory(client, {
    workflowId,
    runId,
  }))
    next = end?.newExecutionRunId ?? next;
  if (next === undefined) throw new WorkflowNotFoundError('its continuation was not found', workflowId, runId);
  return next;
}
