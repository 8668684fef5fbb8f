// The runs of the sub-plans of a run that are in progress.
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { parseCallName } from '../domain/call/name.js';

/** Their ids. */
export function subRunsIn({ workflowId, raw }: WorkflowExecutionDescription): string[] {
  const start = `${workflowId}/`;
  const ids = (raw.pendingChildren ?? []).map(({ workflowId: id }) => id ?? '');
  return ids.filter((id) => id.startsWith(start) && isSubPlan(id.slice(start.length)));
}

/** Children whose names have a suffix undo sub-plans. */
const isSubPlan = (name: string): boolean => {
  const parsed = parseCallName(name);
  return parsed !== undefined && parsed.suffix === undefined;
};
