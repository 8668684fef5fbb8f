// Reads histories as the server has them: what a run did is known without a worker, and without having been noted elsewhere.
import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';

type Page = Awaited<ReturnType<Client['workflowService']['getWorkflowExecutionHistory']>>;
export type HistoryEvent = NonNullable<NonNullable<Page['history']>['events']>[number];
type Payloads = Parameters<typeof decodeArrayFromPayloads>[1];

export interface Execution {
  readonly workflowId: string;
  /** The latest, if absent. */
  readonly runId?: string;
}

const GRPC_NOT_FOUND = 5;

export const isNotFound = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === GRPC_NOT_FOUND;

/** The events of one history, oldest first. Rejects with gRPC's NOT_FOUND where there is none. */
export async function* eventsOf(client: Client, execution: Execution): AsyncGenerator<HistoryEvent> {
  let nextPageToken: Uint8Array = new Uint8Array();
  do {
    const page = await readPage(client, execution, { nextPageToken });
    yield* page.history?.events ?? [];
    nextPageToken = page.nextPageToken ?? new Uint8Array();
  } while (nextPageToken.length > 0);
}

/** What a Workflow was started with; `undefined` where it was started with nothing. Rejects as `eventsOf`. */
export async function startOf(client: Client, execution: Execution): Promise<unknown> {
  const { history } = await readPage(client, execution, { maximumPageSize: 1 });
  return await firstOf(client, history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads);
}

/** The first of several values, as the data converter of the client reads it. */
export async function firstOf(client: Client, payloads: Payloads): Promise<unknown> {
  return (await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads))[0];
}

const readPage = (
  client: Client,
  execution: Execution,
  page: { nextPageToken?: Uint8Array; maximumPageSize?: number },
): Promise<Page> =>
  client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution,
    ...page,
  });
