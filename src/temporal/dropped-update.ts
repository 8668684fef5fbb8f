// Why an update had no effect: the Workflow has provably not received it, so that it can be sent again, or cannot receive it.
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { grpcErrorIn, GrpcStatus } from './grpc.js';

/** The failure type with which the server answers an update that a worker has left out of its answer to a Workflow Task. */
const UNPROCESSED_UPDATE = 'UnprocessedUpdate';

/**
 * The server drops an update when the Workflow Task that carries it fails (for example because the run continues as new
 * at that moment), or when the worker completes that task without it (for example after it has lost the Workflow's state).
 */
export const wasDropped = (error: unknown): boolean => hasFailedWithTask(error) || isUnprocessed(error);

function hasFailedWithTask(error: unknown): boolean {
  const cause = grpcErrorIn(error);
  return cause?.code === GrpcStatus.FAILED_PRECONDITION && cause.message.includes('workflow task failure');
}

/** True if the Workflow runs on a worker that does not know the update: Temporal's SDK answers so, without an entry in the history. */
export const isUnknownUpdate = (error: unknown): boolean =>
  error instanceof WorkflowUpdateFailedError &&
  error.cause instanceof ApplicationFailure &&
  error.cause.message.startsWith('No registered handler for update');

/** True if the history has as many updates as the server allows, 2,000 by default. */
export const isHistoryFullOfUpdates = (error: unknown): boolean => {
  const cause = grpcErrorIn(error);
  return cause?.code === GrpcStatus.FAILED_PRECONDITION && /limit on (the )?total number of/i.test(cause.message);
};

const isUnprocessed = (error: unknown): boolean =>
  error instanceof WorkflowUpdateFailedError &&
  error.cause instanceof ApplicationFailure &&
  error.cause.type === UNPROCESSED_UPDATE;
