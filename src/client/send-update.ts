// An update may meet a run that is just cutting its history: the server then gives up the Workflow Task, and the update
// with it. The run has not seen it, so it is sent again; under the same id, so that no run sees it twice.
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { ServiceError, type WorkflowHandle } from '@temporalio/client';

const GRPC_FAILED_PRECONDITION = 9;
const AGAIN_AFTER_MS = 50;

export interface Update {
  readonly name: string;
  readonly message?: unknown;
  /** When to send no more, in milliseconds since 1970. */
  readonly until: number;
}

export async function sendUpdate(workflow: WorkflowHandle, { name, message, until }: Update): Promise<void> {
  const updateId = randomUUID();
  for (;;) {
    try {
      if (message === undefined) return await workflow.executeUpdate<void, []>(name, { updateId });
      return await workflow.executeUpdate<void, [unknown]>(name, { updateId, args: [message] });
    } catch (error) {
      if (!wasGivenUp(error) || Date.now() > until) throw error;
      await setTimeout(AGAIN_AFTER_MS);
    }
  }
}

function wasGivenUp(error: unknown): boolean {
  const cause: unknown = error instanceof ServiceError ? error.cause : undefined;
  if (!(cause instanceof Error) || !('code' in cause)) return false;
  return cause.code === GRPC_FAILED_PRECONDITION && cause.message.includes('workflow task failure');
}
