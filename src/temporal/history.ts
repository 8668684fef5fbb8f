// Reads histories from the server. What a run did can be read without a worker.
import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads, ExternalStorageRunner } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { DefaultEncodedFailureAttributes, ProtoFailure } from '@temporalio/common';
import { grpcCodeOf, GrpcStatus } from './grpc.js';

type Page = Awaited<ReturnType<Client['workflowService']['getWorkflowExecutionHistory']>>;
export type HistoryEvent = NonNullable<NonNullable<Page['history']>['events']>[number];
type RawFailure = Pick<ProtoFailure, 'message' | 'encodedAttributes'>;
type Payloads = Parameters<typeof decodeArrayFromPayloads>[1];

export interface Execution {
  readonly workflowId: string;
  /** Default: the latest run of this Workflow Id. */
  readonly runId?: string;
}

export const isNotFound = (error: unknown): boolean => grpcCodeOf(error) === GrpcStatus.NOT_FOUND;

/**
 * The events of one history, oldest first. With `follow`, also those to come, until the Workflow has ended or the signal aborts. Rejects
 * with gRPC's NOT_FOUND if there is none.
 */
export async function* readHistory(
  client: Client,
  execution: Execution,
  follow?: AbortSignal,
): AsyncGenerator<HistoryEvent> {
  let nextPageToken: Uint8Array = new Uint8Array();
  do {
    const request = { nextPageToken, ...(follow === undefined ? {} : { waitNewEvent: true }) };
    const read = (): Promise<Page> => readPage(client, execution, request);
    const page = await (follow === undefined ? read() : client.withAbortSignal(follow, read));
    yield* page.history?.events ?? [];
    nextPageToken = page.nextPageToken ?? new Uint8Array();
  } while (nextPageToken.length > 0);
}

/**
 * As `readHistory`, page by page. With `waits`, it also waits for the events of a Workflow in progress, and ends with its history.
 * A page may be empty. Ends early, without an error, when the signal aborts.
 */
export async function* followHistory(
  client: Client,
  execution: Execution,
  { waits, signal }: { readonly waits: boolean; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<readonly HistoryEvent[]> {
  let nextPageToken: Uint8Array = new Uint8Array();
  do {
    // Each request has a signal of its own: the SDK leaves its listener on the signal that it is given.
    const read = () => readPage(client, execution, { nextPageToken, waitNewEvent: waits });
    const page = await (signal === undefined ? read() : client.withAbortSignal(AbortSignal.any([signal]), read)).catch(
      (error: unknown) => {
        if (signal?.aborted === true) return undefined;
        throw error;
      },
    );
    if (page === undefined) return;
    yield page.history?.events ?? [];
    nextPageToken = page.nextPageToken ?? new Uint8Array();
  } while (nextPageToken.length > 0);
}

/** The first argument that a Workflow was started with; `undefined` if there is none. Rejects as `readHistory` does. */
export async function readWorkflowInput(client: Client, execution: Execution): Promise<unknown> {
  const { history } = await readPage(client, execution, { maximumPageSize: 1 });
  const { input } = history?.events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
  return await decodeFirst(client, input?.payloads, execution.workflowId);
}

/** The id of the execution that a Workflow began with, before it continued as new. Rejects as `readHistory` does. */
export async function readFirstRunId(client: Client, workflowId: string): Promise<string | undefined> {
  const { history } = await readPage(client, { workflowId }, { maximumPageSize: 1 });
  return history?.events?.[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId || undefined;
}

/**
 * The first of several payloads, fetched if it is stored outside the server, and decoded by the client's data converter. An error names
 * the Workflow `workflowId`, if it is given.
 */
export async function decodeFirst(client: Client, payloads: Payloads, workflowId?: string): Promise<unknown> {
  const { loadedDataConverter, namespace } = client.options;
  const { externalStorage } = loadedDataConverter;
  const first = (payloads ?? []).slice(0, 1);
  const fetched =
    externalStorage === undefined ? first : await new ExternalStorageRunner(externalStorage).retrieve(first);
  const context = workflowId === undefined ? undefined : { type: 'workflow' as const, namespace, workflowId };
  return (await decodeArrayFromPayloads(loadedDataConverter, fetched, context))[0];
}

/** The message of a failure as the server has it: with encryption, message and stack trace are a payload. */
export async function failureMessage(client: Client, { message, encodedAttributes }: RawFailure): Promise<string> {
  if (encodedAttributes == null) return message ?? '';
  const attributes = (await decodeFirst(client, [encodedAttributes])) as Partial<DefaultEncodedFailureAttributes>;
  return attributes.message ?? '';
}

/** Chains of causes may be long; people read the first. */
const MAX_CAUSES = 5;

/** The message and the stack of a failure and of its causes. The name of an error begins its stack. */
export async function failureText(
  client: Client,
  failure: ProtoFailure,
): Promise<{ readonly message: string; readonly causes: readonly FailureCause[] }> {
  const causes: FailureCause[] = [];
  for (let one = failure.cause; one != null && causes.length < MAX_CAUSES; one = one.cause)
    causes.push(await readable(client, one));
  return { message: (await readable(client, failure)).message, causes };
}

export interface FailureCause {
  readonly message: string;
  readonly stackTrace: string;
}

async function readable(
  client: Client,
  { message, stackTrace, encodedAttributes }: ProtoFailure,
): Promise<FailureCause> {
  if (encodedAttributes == null) return { message: message ?? '', stackTrace: stackTrace ?? '' };
  const decoded = (await decodeFirst(client, [encodedAttributes])) as Partial<
    DefaultEncodedFailureAttributes & { stack_trace: string }
  >;
  return { message: decoded.message ?? '', stackTrace: decoded.stack_trace ?? '' };
}

const readPage = (
  client: Client,
  execution: Execution,
  page: { nextPageToken?: Uint8Array; maximumPageSize?: number; waitNewEvent?: boolean },
): Promise<Page> =>
  client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution,
    ...page,
  });
