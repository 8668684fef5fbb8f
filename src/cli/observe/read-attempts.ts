// Reads the attempts of the calls that a page shows one by one. The values of a call that has ended are read once.
import type { WorkflowExecutionDescription } from '@temporalio/client';
import {
  readCallAttempts,
  readPendingAttempts,
  wasRetried,
  type CallAttempts,
} from '../../client/calls/call-attempts.js';
import type { CallRecord } from '../../client/calls/read-calls.js';
import { MANY_BARS } from '../picture/html/timeline-data.js';
import type { Session } from '../session/session.js';

/** Each may be a request to a storage. */
const MAX_READ = 1_000;

export type ReadAttempts = (
  calls: readonly CallRecord[],
  description: WorkflowExecutionDescription,
) => Promise<ReadonlyMap<CallRecord, CallAttempts>>;

export function createReadAttempts({ baton: { client } }: Pick<Session, 'baton'>): ReadAttempts {
  const ended = new Map<CallRecord, CallAttempts | undefined>();
  return async (calls, description) => {
    const counts = new Map<string, number>();
    for (const { task } of calls) counts.set(task, (counts.get(task) ?? 0) + 1);
    const pending = await readPendingAttempts(client, description);
    const found = new Map<CallRecord, CallAttempts>();
    for (const call of calls) {
      // The timeline joins the bars of these.
      if ((counts.get(call.task) ?? 0) > MANY_BARS) continue;
      if (call.endedAt !== undefined && wasRetried(call) && !ended.has(call) && ended.size < MAX_READ)
        ended.set(call, await readCallAttempts(client, call));
      const attempts = call.endedAt === undefined ? pending.get(call.name) : ended.get(call);
      if (attempts !== undefined) found.set(call, attempts);
    }
    return found;
  };
}
