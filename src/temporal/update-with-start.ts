// Update-with-start: sends an update to a Workflow that all workers share, and starts the Workflow if it is not running.
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { WithStartWorkflowOperation, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import type { GuardAddress } from '../domain/guard-address.js';
import { wasDropped } from './dropped-update.js';
import { grpcCodeOf, GrpcStatus } from './grpc.js';

/** The address of a breaker or a pool, from the Task Queue that its agent or its settings name, if they name one. */
export type PlaceOf = (named?: string) => GuardAddress;

export interface EntityAddress {
  readonly workflowType: string;
  readonly workflowId: string;
  readonly taskQueue: string;
  /** The argument that the Workflow is started with. */
  readonly input: unknown;
  /** The Web UI shows it next to the Workflow Id. */
  readonly summary: string;
}

export interface EntityUpdate {
  readonly update: string;
  readonly message: unknown;
  readonly withinMs: number;
}

/** An update fails if the Workflow just ends or continues as new, or if the worker that has it in memory has died. */
const RETRY_AFTER_MS = { first: 50, most: 1_000 };

/** Retrying does not help: a wrong argument, a namespace that does not exist, a caller without permission, no such method. */
const PERMANENT: readonly (number | undefined)[] = [
  GrpcStatus.INVALID_ARGUMENT,
  GrpcStatus.NOT_FOUND,
  GrpcStatus.PERMISSION_DENIED,
  GrpcStatus.UNIMPLEMENTED,
  GrpcStatus.UNAUTHENTICATED,
];

/** Retries until `withinMs` is over, then rejects as the SDK does. */
export async function executeUpdateWithStart(
  client: Client,
  { workflowType, workflowId, taskQueue, input, summary }: EntityAddress,
  { update, message, withinMs }: EntityUpdate,
): Promise<unknown> {
  const until = Date.now() + withinMs;
  const updateId = randomUUID();
  for (let pauseMs = RETRY_AFTER_MS.first; ; pauseMs = Math.min(2 * pauseMs, RETRY_AFTER_MS.most)) {
    try {
      return await client.withDeadline(until, () =>
        client.workflow.executeUpdateWithStart(update, {
          updateId,
          args: [message],
          startWorkflowOperation: new WithStartWorkflowOperation(workflowType, {
            workflowId,
            taskQueue,
            args: [input],
            workflowIdConflictPolicy: 'USE_EXISTING',
            workflowIdReusePolicy: 'ALLOW_DUPLICATE',
            staticSummary: summary,
            // Many calls wait for this Workflow.
            priority: { priorityKey: 1 },
          }),
        }),
      );
    } catch (error) {
      if (isPermanent(error) || Date.now() + pauseMs > until) throw error;
      await setTimeout(pauseMs);
    }
  }
}

const isPermanent = (error: unknown): boolean =>
  (error instanceof WorkflowUpdateFailedError && !wasDropped(error)) || PERMANENT.includes(grpcCodeOf(error));

/** The message of the cause, if there is one: the SDK's own message only reports that something failed. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const beneath = error.cause instanceof Error ? error.cause.message : '';
  return beneath || error.message || error.name;
}
