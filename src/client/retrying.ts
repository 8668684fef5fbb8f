// A running task whose attempt has failed and whose next one is due is `retrying`: the run does not know, the server does. So it
// is with why the last attempt failed.
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { notedIn } from '../domain/call.js';
import { failure, isFailureType, type Failure } from '../domain/failure.js';
import type { RunResult } from '../domain/run-result.js';

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** Activity ids begin with the task: `scan`, `scan:fallback`, `analyze[7]`, `scan~1`; `replan-1:plan` is of none. */
export const taskOfActivity = (activityId: string): string => /^[A-Za-z0-9_]+(?=[~[:]|$)/.exec(activityId)?.[0] ?? '';

export function retryingTasks(tasks: RunResult['tasks'], { raw }: WorkflowExecutionDescription): RunResult['tasks'] {
  const updated = { ...tasks };
  for (const pending of raw.pendingActivities ?? []) {
    const id = taskOfActivity(pending.activityId ?? '');
    const task = updated[id];
    // A forEach is running as long as any of its items is.
    if (task === undefined || task.status !== 'running' || task.items !== null) continue;
    const attempts = attemptsOf(pending);
    const isDue = (pending.attempt ?? 1) > 1 && Number(pending.state) === SCHEDULED;
    updated[id] = { ...task, attempts, ...(isDue ? { status: 'retrying', failure: lastFailure(pending) } : {}) };
  }
  return updated;
}

/** temporal.api.enums.v1.PendingActivityState: waiting for its time, or for a worker. */
const SCHEDULED = 1;

/** Those that a breaker or a pool turned away were none. */
function attemptsOf({ attempt, heartbeatDetails }: PendingActivity): number {
  const payload = heartbeatDetails?.payloads?.[0];
  return Math.max(1, (attempt ?? 1) - (notedIn(payload == null ? undefined : plain(payload)).refused ?? 0));
}

/** A payload that a codec of the user's has made cannot be read here, which costs a count. */
function plain(payload: Parameters<typeof defaultPayloadConverter.fromPayload>[0]): unknown {
  try {
    return defaultPayloadConverter.fromPayload(payload);
  } catch {
    return undefined;
  }
}

function lastFailure({ lastFailure: last }: PendingActivity): Failure | null {
  if (last == null) return null;
  const type = last.applicationFailureInfo?.type;
  return failure(isFailureType(type) ? type : 'AgentFailed', last.message ?? '');
}
