// A snapshot from the server alone, if no worker can answer: that the run is open, and which calls are due.
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { NO_USAGE } from '../domain/call/usage.js';
import type { Plan } from '../domain/plan/plan.js';
import type { RunResult } from '../domain/run/result.js';
import { agentText } from '../domain/plan/task-agents.js';
import { COMPENSATES_MEMO, FORK_MEMO } from '../domain/run/memo.js';
import { TENANT_MEMO } from '../domain/run/tenant.js';
import { CORRELATION_MEMO } from '../domain/trace/correlation.js';
import { taskOfActivity } from './pending-activities.js';

/** The reason why such a run is `running` without making progress. */
const NO_WORKER = 'no-worker';

/** `tasks` has only the tasks in progress. */
export function snapshotWithoutWorker(plan: Plan, { workflowId, raw, memo }: WorkflowExecutionDescription): RunResult {
  const tasks: RunResult['tasks'] = {};
  for (const { activityId, attempt, lastStartedTime, scheduledTime } of raw.pendingActivities ?? []) {
    const id = taskOfActivity(activityId ?? '');
    if (!Object.hasOwn(plan.tasks, id)) continue;
    const seconds = Number((lastStartedTime ?? scheduledTime)?.seconds ?? 0);
    tasks[id] = {
      status: (attempt ?? 1) > 1 ? 'retrying' : 'running',
      agent: agentText(plan.tasks[id]!) ?? null,
      attempts: attempt ?? 1,
      output: null,
      failure: null,
      startedAt: seconds === 0 ? null : new Date(seconds * 1000).toISOString(),
      endedAt: null,
      skip: null,
      items: null,
    };
  }
  return {
    runId: workflowId,
    plan: plan.name,
    status: 'running',
    pausedBecause: NO_WORKER,
    output: null,
    failure: null,
    tasks,
    compensated: [],
    debt: [],
    usage: NO_USAGE,
    ...(typeof memo?.[FORK_MEMO] === 'string' ? { forkOf: memo[FORK_MEMO] } : {}),
    ...(typeof memo?.[COMPENSATES_MEMO] === 'string' ? { compensates: memo[COMPENSATES_MEMO] } : {}),
    ...(typeof memo?.[TENANT_MEMO] === 'string' ? { tenant: memo[TENANT_MEMO] } : {}),
    ...(typeof memo?.[CORRELATION_MEMO] === 'string' ? { correlationId: memo[CORRELATION_MEMO] } : {}),
  };
}
