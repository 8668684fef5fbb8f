// What a run was started with: read from its history, so that no worker is needed.
import type { Client } from '@temporalio/client';
import type { Plan } from '../domain/plan.js';
import type { RunInput } from '../domain/run-input.js';
import { isNotFound, startOf } from '../history/events.js';
import { Refused } from './errors.js';

export type StartedWith = RunInput & { readonly plan: Plan };

/** Throws Refused where the Workflow is no run of Baton, or nothing but its name is left. */
export async function runInputOf(client: Client, id: string): Promise<StartedWith> {
  const input = await startOf(client, { workflowId: id }).catch((error: unknown) => {
    if (isNotFound(error)) throw new Refused(`the history of ${id} is gone from the server`);
    throw error;
  });
  if (typeof input !== 'object' || input === null || !('plan' in input)) throw new Refused(`${id} is no run of Baton`);
  return input as StartedWith;
}
