// The plan of a run, as the run was started with it: read from its history, so that no worker is needed.
import { defaultPayloadConverter } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import type { Plan } from '../domain/plan.js';
import type { RunInput } from '../domain/run-input.js';
import { Refused } from './errors.js';

/** Throws Refused where the Workflow is no run of Baton. */
export async function planOfRun(client: Client, id: string): Promise<Plan> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId: id },
    maximumPageSize: 1,
  });
  const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  const input = payload == null ? undefined : defaultPayloadConverter.fromPayload<RunInput>(payload);
  if (typeof input !== 'object' || input === null || !('plan' in input)) throw new Refused(`${id} is no run of Baton`);
  return input.plan as Plan;
}
