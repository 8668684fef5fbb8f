// The input that a run was started with. It is read from the history, so no worker is needed.
import type { Client } from '@temporalio/client';
import { defined } from '../domain/json/defined.js';
import type { Plan } from '../domain/plan/plan.js';
import type { RunInput } from '../domain/run/input.js';
import { isNotFound, readFirstRunId, readWorkflowInput } from '../temporal/history.js';
import { RefusedError } from './errors.js';

export type StartedRunInput = RunInput & { readonly plan: Plan };

/** Throws RefusedError if the Workflow is not a run of Baton, or if the server has deleted its history. */
export async function readRunInput(client: Client, id: string, runId?: string): Promise<StartedRunInput> {
  const execution = { workflowId: id, ...defined({ runId }) };
  const input = await readWorkflowInput(client, execution).catch((error: unknown) => {
    if (isNotFound(error)) throw new RefusedError(`the server no longer has the history of ${id}`);
    throw error;
  });
  if (typeof input !== 'object' || input === null || !('plan' in input))
    throw new RefusedError(`${id} is not a run of Baton`);
  return input as StartedRunInput;
}

/**
 * As `readRunInput`, but what the caller has given: a run that has been re-planned and has continued as new has another plan now. If
 * the server has deleted the beginning of the run, the input of its continuation.
 */
export async function readFirstRunInput(client: Client, id: string): Promise<StartedRunInput> {
  const first = await readFirstRunId(client, id).catch(() => undefined);
  if (first !== undefined) {
    const input = await readRunInput(client, id, first).catch(() => undefined);
    if (input !== undefined) return input;
  }
  return await readRunInput(client, id);
}
