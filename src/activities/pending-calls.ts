// Which calls of a run may have reached their agent. The run requests this before it cancels its calls: a call that is waiting for its
// next attempt is cancelled by the server itself, which then forgets the notes of its attempts.
import { Context } from '@temporalio/activity';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import { parseAttemptNotes } from '../domain/call/request.js';
import { noAnswerText, unansweredBefore } from '../domain/call/unanswered.js';
import type { AttemptTiming } from '../domain/trace/record.js';
import { decodeFirst } from '../temporal/history.js';

export interface PendingCalls {
  readonly begun: readonly {
    /** The id of the activity. */
    readonly id: string;
    /** The first attempt that got no answer, in words. */
    readonly unanswered: string;
  }[];
  /** The attempts that have been noted, for the trace of the run. */
  readonly timings?: readonly { readonly id: string; readonly attempts: readonly AttemptTiming[] }[];
}

/** The history of the run keeps what is returned here. */
const MAX_ATTEMPTS = 2_000;

/** temporal.api.enums.v1.PendingActivityState: started, cancel requested, pause requested. In every other state no worker runs it. */
const RUNNING_STATES: ReadonlySet<number> = new Set([2, 3, 5]);

/** Runs as a local activity, so that it does not wait for a slot behind the calls that are to be cancelled. */
export async function pendingCalls(): Promise<PendingCalls> {
  const { client, info } = Context.current();
  const { workflowId, runId } = info.workflowExecution!;
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  const timings: { id: string; attempts: readonly AttemptTiming[] }[] = [];
  let left = MAX_ATTEMPTS;
  const begun = await Promise.all(
    (raw.pendingActivities ?? []).map(async (pending) => {
      const attempt = pending.attempt ?? 1;
      const noted = parseAttemptNotes(await decodeFirst(client, pending.heartbeatDetails?.payloads));
      const attempts = (noted.timings ?? []).slice(0, left).map(({ message: _, ...one }) => one);
      left -= attempts.length;
      if (attempts.length > 0) timings.push({ id: pending.activityId ?? '', attempts });
      // A running attempt reports its own end; this is used only if no such report comes.
      const running = isRunning(pending) ? noAnswerText(attempt - (noted.refused ?? 0), 'it was running') : undefined;
      const unanswered = unansweredBefore(noted, attempt) ?? running;
      return unanswered === undefined ? [] : [{ id: pending.activityId ?? '', unanswered }];
    }),
  );
  return { begun: begun.flat(), ...(timings.length === 0 ? {} : { timings }) };
}

type Handle = ReturnType<Context['client']['workflow']['getHandle']>;
type PendingActivity = NonNullable<Awaited<ReturnType<Handle['describe']>>['raw']['pendingActivities']>[number];

/** The time-skipping test server reports an attempt that has ended as started: the times tell the difference. */
function isRunning({ state, lastStartedTime, lastAttemptCompleteTime }: PendingActivity): boolean {
  const [started, ended] = [optionalTsToMs(lastStartedTime), optionalTsToMs(lastAttemptCompleteTime)];
  return RUNNING_STATES.has(Number(state)) && !(ended !== undefined && ended >= (started ?? 0));
}
