// Sends starts that wait for a run to the Workflow that keeps them, and looks what has become of them.
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  QueryNotRegisteredError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
} from '@temporalio/client';
import { ORCHESTRATE } from '../domain/run/input.js';
import { TICKET_MEMO } from '../domain/run/memo.js';
import {
  QUEUE_MESSAGES,
  RUN_QUEUE,
  type QueuedStart,
  type TicketState,
  type WaitingStart,
} from '../domain/run/queue/messages.js';
import { askWorker } from '../temporal/ask-worker.js';
import { firstRunIdOf } from '../temporal/chain.js';
import { grpcCodeOf, GrpcStatus } from '../temporal/grpc.js';
import { sendUpdate } from '../temporal/send-update.js';
import { executeUpdateWithStart } from '../temporal/update-with-start.js';
import { isOutage } from './await-result.js';
import { isUnansweredError, RefusedError } from './errors.js';
import { quoted } from '../temporal/visibility-text.js';

/** How long the server may take to accept a start. */
const ACCEPT_WITHIN_MS = 20_000;
/** Between two looks at a start that waits. */
const LOOK_MS = { first: 200, most: 2_000 };

/** The longest id that leaves room for the prefix in a Workflow Id. */
const MAX_PLAIN_BYTES = 900;

/** `baton-queue/RUN`; with a hash of ids that are too long. */
export function queueWorkflowId(run: string): string {
  const name = Buffer.byteLength(run) <= MAX_PLAIN_BYTES ? run : createHash('sha256').update(run).digest('hex');
  return `baton-queue/${name}`;
}

interface Enqueued {
  readonly isNew: true;
  readonly ticket?: string;
  readonly firstRunId?: string;
  readonly queued?: { readonly ahead: number };
}

/** Throws RefusedError, NoWorkerError, WorkerBusyError. */
export async function enqueueStart(
  client: Client,
  { id, ...start }: Omit<QueuedStart, 'request'> & { readonly id: string; readonly request: object },
): Promise<Enqueued> {
  const { ticket, taskQueue } = start;
  const address = {
    workflowType: RUN_QUEUE,
    workflowId: queueWorkflowId(id),
    taskQueue,
    input: { run: id },
    summary: `starts that wait for run ${id}`,
  };
  const update = { update: QUEUE_MESSAGES.enqueue, message: start, withinMs: ACCEPT_WITHIN_MS };
  const request = () => executeUpdateWithStart(client, address, update) as Promise<TicketState>;
  try {
    const state = await askWorker(client, taskQueue, request, ACCEPT_WITHIN_MS);
    if (state.is === 'started') return { isNew: true, firstRunId: state.runId };
    return { isNew: true, ticket, queued: { ahead: state.is === 'queued' ? state.ahead : 0 } };
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError)
      throw new RefusedError(`run ${id}: ${error.cause?.message ?? error.message}`, { cause: error });
    throw error;
  }
}

/** What has become of a start. Throws NoWorkerError, WorkerBusyError. */
export async function ticketState(client: Client, run: string, ticket: string): Promise<TicketState> {
  const found = await findStarted(client, run, ticket);
  if (found !== undefined) return { is: 'started', runId: found };
  const workflow = client.workflow.getHandle(queueWorkflowId(run));
  try {
    const { taskQueue } = await workflow.describe();
    const state = await askWorker(client, taskQueue, () =>
      workflow.query<TicketState, [string]>(QUEUE_MESSAGES.view, ticket),
    );
    return state.is === 'unknown' ? await searchStarted(client, run, ticket) : state;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof QueryNotRegisteredError)
      return await searchStarted(client, run, ticket);
    throw error;
  }
}

/** The starts that wait for the end of the run of this id. Throws NoWorkerError, WorkerBusyError. */
export async function waitingStarts(client: Client, run: string): Promise<readonly WaitingStart[]> {
  const workflow = client.workflow.getHandle(queueWorkflowId(run));
  try {
    const { taskQueue, status } = await workflow.describe();
    if (status.name !== 'RUNNING') return [];
    return await askWorker(client, taskQueue, () => workflow.query<WaitingStart[], []>(QUEUE_MESSAGES.list));
  } catch (error) {
    // A worker of an earlier version does not list them.
    if (error instanceof WorkflowNotFoundError || error instanceof QueryNotRegisteredError) return [];
    throw error;
  }
}

/** Withdraws a start that waits. Throws RefusedError if it has started, NoWorkerError, WorkerBusyError. */
export async function withdrawStart(client: Client, run: string, ticket: string): Promise<void> {
  const workflow = client.workflow.getHandle(queueWorkflowId(run));
  const { taskQueue } = await workflow.describe();
  const until = Date.now() + ACCEPT_WITHIN_MS;
  const update = { name: QUEUE_MESSAGES.withdraw, message: ticket, until };
  for (;;) {
    const send = () => sendUpdate<TicketState>(workflow, update);
    const { is } = await askWorker(client, taskQueue, send, ACCEPT_WITHIN_MS);
    if (is === 'withdrawn') return;
    // It may turn out that another run still has the id.
    if (is !== 'starting' || Date.now() > until) throw new RefusedError(`run ${run} has started in the meantime`);
    await pause(LOOK_MS.first);
  }
}

/**
 * Waits until the start has been carried out, and returns the first execution of its run. Throws RefusedError if it was withdrawn or
 * superseded, or has failed; the reason of the signal when it aborts.
 */
export async function awaitTurn(
  client: Client,
  run: string,
  ticket: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<string> {
  for (let ms = LOOK_MS.first; ; ms = Math.min(2 * ms, LOOK_MS.most)) {
    signal?.throwIfAborted();
    const state = await ticketState(client, run, ticket).catch((error: unknown): TicketState => {
      // Without a worker or a server the start waits, and so does its caller.
      if (isUnansweredError(error) || isOutage(error)) return { is: 'queued', ahead: 0 };
      throw error;
    });
    if (state.is === 'started') return state.runId;
    if (state.is !== 'queued' && state.is !== 'starting') throw new RefusedError(lostText(run, state));
    await pause(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}

function lostText(run: string, state: TicketState): string {
  switch (state.is) {
    case 'withdrawn':
      return `run ${run} was withdrawn before it started`;
    case 'superseded':
      return `run ${run} was not started: a later start with the policy replace has taken its place`;
    case 'failed':
      return `run ${run} was not started: ${state.message}`;
    default:
      return `run ${run} was queued, and the server no longer knows what has become of it`;
  }
}

/** The newest run of the id, if it was started under the ticket. */
async function findStarted(client: Client, run: string, ticket: string): Promise<string | undefined> {
  try {
    const newest = await client.workflow.getHandle(run).describe();
    return newest.memo?.[TICKET_MEMO] === ticket ? firstRunIdOf(newest) : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** An earlier run of the id that was started under the ticket. */
export async function searchStarted(client: Client, run: string, ticket: string): Promise<TicketState> {
  const query = `WorkflowType = '${ORCHESTRATE}' AND WorkflowId = ${quoted(run)}`;
  try {
    for await (const { memo, raw, runId } of client.workflow.list({ query }))
      if (memo?.[TICKET_MEMO] === ticket) return { is: 'started', runId: raw.firstRunId || runId };
  } catch (error) {
    // The server refuses a query with a very long id.
    if (grpcCodeOf(error) !== GrpcStatus.INVALID_ARGUMENT) throw error;
  }
  return { is: 'unknown' };
}
