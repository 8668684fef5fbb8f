// A Workflow that all workers share, spoken to by update-with-start: it is there when it is needed.
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { WithStartWorkflowOperation, WorkflowUpdateFailedError, type Client } from '@temporalio/client';

export interface EntityPlace {
  readonly workflowType: string;
  readonly workflowId: string;
  readonly taskQueue: string;
  /** What it is started with. */
  readonly input: unknown;
  /** What the Web UI shows beside its id. */
  readonly summary: string;
}

export interface Exchange {
  readonly update: string;
  readonly message: unknown;
  readonly withinMs: number;
}

/** It may be ending, or cutting its history, just when it is asked, or the worker that has it in memory has died. */
const AGAIN_AFTER_MS = { first: 50, most: 1_000 };

/** gRPC's numbers for what is refused however often it is asked: an argument, a namespace that is not there, a caller, a method. */
const FINAL: readonly unknown[] = [3, 5, 7, 12, 16];

/** Throws whatever the SDK throws, if there is no answer in time. */
export async function exchange(
  client: Client,
  { workflowType, workflowId, taskQueue, input, summary }: EntityPlace,
  { update, message, withinMs }: Exchange,
): Promise<unknown> {
  const until = Date.now() + withinMs;
  const updateId = randomUUID();
  for (let pauseMs = AGAIN_AFTER_MS.first; ; pauseMs = Math.min(2 * pauseMs, AGAIN_AFTER_MS.most)) {
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
            // Many wait for it.
            priority: { priorityKey: 1 },
          }),
        }),
      );
    } catch (error) {
      if (isFinal(error) || Date.now() + pauseMs > until) throw error;
      await setTimeout(pauseMs);
    }
  }
}

function isFinal(error: unknown): boolean {
  if (error instanceof WorkflowUpdateFailedError) return true;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && FINAL.includes(cause.code);
}

/** The SDK says that something failed, and its cause says what. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const beneath = error.cause instanceof Error ? error.cause.message : '';
  return beneath || error.message || error.name;
}
