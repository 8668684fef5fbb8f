// Whether the server has discarded a Workflow Task of a run because its event buffer was full.
import type { Client } from '@temporalio/client';
import type { Execution, HistoryEvent } from './history.js';

/** temporal.api.enums.v1.WorkflowTaskFailedCause */
const FORCE_CLOSE_COMMAND = 17;

/** The buffered events follow the Workflow Task that was discarded in the history: 100 events by default. */
const LOOK_BACK = { pages: 4, pageSize: 250 };

/** Reads only the end of the history. Rejects with gRPC's NOT_FOUND if there is none. */
export async function wasForceClosed(client: Client, execution: Execution): Promise<boolean> {
  const { namespace } = client.options;
  let nextPageToken: Uint8Array = new Uint8Array();
  for (let page = 0; page < LOOK_BACK.pages; page++) {
    const found = await client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace,
      execution,
      maximumPageSize: LOOK_BACK.pageSize,
      nextPageToken,
    });
    if (found.history?.events?.some(isForceClosed)) return true;
    nextPageToken = found.nextPageToken ?? new Uint8Array();
    if (nextPageToken.length === 0) break;
  }
  return false;
}

const isForceClosed = ({ workflowTaskFailedEventAttributes: failed }: HistoryEvent): boolean =>
  (failed?.cause as number | undefined) === FORCE_CLOSE_COMMAND;
