// Lists the runs on a server, newest first.
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { ORCHESTRATE } from '../domain/run/input.js';
import { SEARCH_ATTRIBUTES } from '../domain/run/search-attributes.js';
import { TENANT_MEMO } from '../domain/run/tenant.js';

export interface RunSummary {
  readonly runId: string;
  /** `null` if the server does not have Baton's search attributes. */
  readonly plan: string | null;
  /** `running`, `completed`, `failed`, `cancelled`, `terminated`, `timed_out`. */
  readonly status: string;
  readonly failedTask: string | null;
  readonly tenant: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/** Sub-plans are left out: they are part of their runs. */
export async function listRuns(client: Client, limit: number): Promise<RunSummary[]> {
  const runs: RunSummary[] = [];
  for await (const info of client.workflow.list({ query: `WorkflowType = '${ORCHESTRATE}'` })) {
    if (info.parentExecution !== undefined) continue;
    runs.push(summaryOf(info));
    if (runs.length >= limit) break;
  }
  return runs;
}

function summaryOf({
  workflowId,
  status,
  startTime,
  closeTime,
  typedSearchAttributes,
  memo,
}: WorkflowExecutionInfo): RunSummary {
  const attributes = new Map(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
  const text = (name: string) => {
    const value = attributes.get(name);
    return typeof value === 'string' ? value : null;
  };
  const tenant: unknown = memo?.[TENANT_MEMO];
  return {
    runId: workflowId,
    plan: text(SEARCH_ATTRIBUTES.plan.name),
    status: status.name.toLowerCase(),
    failedTask: text(SEARCH_ATTRIBUTES.failedTask.name),
    tenant: typeof tenant === 'string' ? tenant : null,
    startedAt: startTime.toISOString(),
    endedAt: closeTime?.toISOString() ?? null,
  };
}
