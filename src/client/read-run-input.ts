// The input that a run was started with. It is read from the history, so no worker is needed.
import type { Client } from '@temporalio/client';
import type { Plan } from '../domain/plan/plan.js';
import type { RunInput } from '../domain/run/input.js';
import { isNotFound, readWorkflowInput } from '../temporal/history.js';
import { RefusedError } from './errors.js';

export type StartedRunInput = RunInput & { readonly plan: Plan };

/** Throws RefusedError if the Workflow is not a run of Baton, or if the server has deleted its history. */
export async function readRunInput(client: Client, id: string): Promise<StartedRunInput> {
  const input = await readWorkflowInput(client, { workflowId: id }).catch((error: unknown) => {
    if (isNotFound(error)) throw new RefusedError(`the server no longer has the history of ${id}`);
    throw error;
  });
  if (typeof input !== 'object' || input === null || !('plan' in input))
    throw new RefusedError(`${id} is not a run of Baton`);
  return input as StartedRunInput;
}
