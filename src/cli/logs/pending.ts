// Attempts in progress: the history has them when their call has ended, the description of the run before.
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { failureOf, isTurnedAway, timeOf } from './attempts.js';
import { placeOf, type LogEntry } from './entry.js';

/** temporal.api.enums.v1.PendingActivityState */
const STARTED = 2;

/** For each call in progress: the failure of the attempt before, and the attempt at work. */
export async function pendingEntries(
  client: Client,
  { workflowId: run, raw }: WorkflowExecutionDescription,
): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for (const pending of raw.pendingActivities ?? []) {
    if (pending.activityType?.name !== 'callAgent') continue;
    const place = { run, ...placeOf(pending.activityId ?? '') };
    const attempt = pending.attempt ?? 1;
    const { lastFailure, lastWorkerIdentity: worker, lastStartedTime, lastAttemptCompleteTime, state } = pending;
    if (lastFailure != null && !isTurnedAway(lastFailure.applicationFailureInfo?.type))
      entries.push({
        ...{ time: timeOf(lastAttemptCompleteTime ?? lastStartedTime), ...place },
        ...{ attempt: attempt - 1, kind: 'failed', ...(await failureOf(client, lastFailure)) },
      });
    if (Number(state) === STARTED)
      entries.push({
        time: timeOf(lastStartedTime),
        ...place,
        attempt,
        kind: 'started',
        ...(worker ? { worker } : {}),
      });
  }
  return entries;
}
