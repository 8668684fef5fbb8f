// Requests the cancellation of a Workflow with a reason, which the method of the SDK's handle does not take.
import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { grpcCodeOf, GrpcStatus } from './grpc.js';

export interface CancelRequest {
  readonly id: string;
  readonly firstExecutionRunId: string | undefined;
  readonly reason: string;
}

/** Throws WorkflowNotFoundError. */
export async function cancelWorkflow(
  client: Client,
  { id, firstExecutionRunId, reason }: CancelRequest,
): Promise<void> {
  const { namespace, identity } = client.options;
  try {
    await client.workflowService.requestCancelWorkflowExecution({
      ...{ namespace, identity, reason, requestId: randomUUID() },
      workflowExecution: { workflowId: id },
      firstExecutionRunId: firstExecutionRunId ?? '',
    });
  } catch (error) {
    if (grpcCodeOf(error) !== GrpcStatus.NOT_FOUND) throw error;
    throw new WorkflowNotFoundError(`no open Workflow ${id}`, id, undefined);
  }
}
