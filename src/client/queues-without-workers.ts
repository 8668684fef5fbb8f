// The Task Queues that calls of a run wait in, and that no worker polls.
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { countActivityPollers } from '../temporal/pollers.js';

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** Agents of one plan rarely have more queues of their own, and each takes a request. */
const MAX_QUEUES = 20;

/** temporal.api.enums.v1.PendingActivityState */
const SCHEDULED = 1;

/** The Task Queue in which a call waits for its first attempt; `undefined` if it does not, or if the server does not report it. */
export const queueOf = ({ state, attempt, activityOptions }: PendingActivity): string | undefined =>
  Number(state) === SCHEDULED && (attempt ?? 1) === 1 ? (activityOptions?.taskQueue?.name ?? undefined) : undefined;

/** Without the queue of the run itself: that is reported for the whole run. */
export async function queuesWithoutWorkers(
  client: Client,
  pending: readonly PendingActivity[],
  home: string,
): Promise<ReadonlySet<string>> {
  const queues = new Set(pending.map(queueOf).filter((queue) => queue !== undefined && queue !== home));
  const found = await Promise.all(
    [...queues]
      .slice(0, MAX_QUEUES)
      .map(async (queue) => ((await countActivityPollers(client, queue!)) > 0 ? [] : [queue!])),
  );
  return new Set(found.flat());
}
