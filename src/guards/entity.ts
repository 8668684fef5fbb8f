// A Workflow that all workers share, spoken to by update-with-start: it is there when it is needed.
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { WithStartWorkflowOperation, type Client } from '@temporalio/client';

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

/** It may be ending, or cutting its history, just when it is asked. */
const AGAIN_AFTER_MS = 50;
const TRIES = 5;

/** Throws whatever the SDK throws, if there is no answer in time. */
export async function exchange(
  client: Client,
  { workflowType, workflowId, taskQueue, input, summary }: EntityPlace,
  { update, message, withinMs }: Exchange,
): Promise<unknown> {
  const until = Date.now() + withinMs;
  const updateId = randomUUID();
  for (let tries = 1; ; tries++) {
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
      if (tries === TRIES || Date.now() + AGAIN_AFTER_MS > until) throw error;
      await setTimeout(AGAIN_AFTER_MS);
    }
  }
}

/** The SDK says that something failed, and its cause says what. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const beneath = error.cause instanceof Error ? error.cause.message : '';
  return beneath || error.message || error.name;
}
