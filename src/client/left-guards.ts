// Circuit breakers and pools that no worker uses any more. They keep nothing that a later worker would need.
import type { Client } from '@temporalio/client';
import { CIRCUIT_BREAKER } from '../domain/breaker/messages.js';
import { RESOURCE_POOL } from '../domain/pool/protocol.js';
import { lastEventTime } from '../temporal/last-event.js';
import { countPollers } from '../temporal/pollers.js';

export interface LeftGuard {
  readonly workflowId: string;
  /** When something last happened to it, in milliseconds since 1970. */
  readonly lastMs: number;
}

/** Those whose Task Queue no worker polls, and to which nothing has happened for `staleMs`. */
export async function findLeftGuards(client: Client, staleMs: number): Promise<LeftGuard[]> {
  const query = `WorkflowType IN ('${CIRCUIT_BREAKER}', '${RESOURCE_POOL}') AND ExecutionStatus = 'Running'`;
  const left: LeftGuard[] = [];
  for await (const { workflowId, taskQueue } of client.workflow.list({ query })) {
    if ((await countPollers(client, taskQueue)) > 0) continue;
    const lastMs = await lastEventTime(client, workflowId);
    if (lastMs !== undefined && Date.now() - lastMs >= staleMs) left.push({ workflowId, lastMs });
  }
  return left;
}
