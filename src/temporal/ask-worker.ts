// Queries and updates are answered by a worker. If no worker polls the Task Queue, an answer never comes.
import {
  QueryNotRegisteredError,
  ServiceError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { grpcCodeOf, GrpcStatus } from './grpc.js';
import { AnswerFailedError, NoWorkerError, WorkerBusyError } from './no-answer.js';
import { countPollers } from './pollers.js';

/** How long to wait for the answer to a query or an update: a worker answers in milliseconds, a busy one within seconds. */
export const ANSWER_WITHIN_MS = 8_000;

/**
 * Rejects as the request does. If it is not answered in time, throws NoWorkerError if no worker polls the Task Queue, else
 * WorkerBusyError. Throws AnswerFailedError if a worker could not answer.
 */
export async function askWorker<T>(
  client: Client,
  taskQueue: string,
  request: () => Promise<T>,
  withinMs = ANSWER_WITHIN_MS,
): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + withinMs, request);
  } catch (error) {
    if (isFromServer(error) && (await countPollers(client, taskQueue)) === 0) throw new NoWorkerError(taskQueue);
    if (isFailedQuery(error)) throw new AnswerFailedError(taskQueue, error);
    if (isTimeout(error)) throw new WorkerBusyError(taskQueue, withinMs);
    throw error;
  }
}

const isFromServer = (error: unknown): boolean =>
  error instanceof ServiceError || error instanceof WorkflowUpdateRPCTimeoutOrCancelledError;

const isTimeout = (error: unknown): boolean =>
  error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
  (error instanceof ServiceError && grpcCodeOf(error) === GrpcStatus.DEADLINE_EXCEEDED);

/** The SDK has one class for all queries that failed. Only the message of one that does not exist names those that do. */
const isFailedQuery = (error: unknown): error is QueryNotRegisteredError =>
  error instanceof QueryNotRegisteredError && !error.message.includes('did not register a handler');
