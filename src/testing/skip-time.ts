// Skips time on the server of a test while a run waits for a timer and for nothing else. The server itself skips time only while the
// result of a run is awaited, and then does not stop before its end: an approval whose time is limited would be over before a test sees it.
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { RunHandle } from '../client/run-handle.js';

type Temporal = Pick<TestWorkflowEnvironment, 'client' | 'currentTimeMs' | 'sleep'>;

/** Time to skip if a call waits for its next attempt, and its failure does not say for how long. */
const UNKNOWN_DELAY_MS = 1000;

/** Skips the time to the next timer of the run or of its sub-plans, unless a call or the Workflow code is at work. */
export async function skipToNextTimer(temporal: Temporal, run: RunHandle): Promise<void> {
  const due = await nextTimer(temporal, run.id);
  if (due === 'busy' || due === undefined) return;
  await temporal.sleep(Math.max(1, due - (await temporal.currentTimeMs())));
}

/** When the next timer fires, in the time of the server. */
async function nextTimer(temporal: Temporal, id: string): Promise<number | 'busy' | undefined> {
  const workflow = temporal.client.workflow.getHandle(id);
  const description = await workflow.describe();
  if (description.status.name !== 'RUNNING') return undefined;
  const { events } = await workflow.fetchHistory();
  const timers = new Map<string, number>();
  let atWork = false;
  for (const event of events ?? []) {
    if (event.workflowTaskScheduledEventAttributes) atWork = true;
    if (event.workflowTaskCompletedEventAttributes) atWork = false;
    const started = event.timerStartedEventAttributes;
    if (started) timers.set(started.timerId!, msOf(event.eventTime) + msOf(started.startToFireTimeout));
    const ended = event.timerFiredEventAttributes ?? event.timerCanceledEventAttributes;
    if (ended) timers.delete(ended.timerId!);
  }
  const retries = retryTimes(description);
  if (atWork || retries === 'busy') return 'busy';
  const children = (description.raw.pendingChildren ?? []).flatMap(({ workflowId }) => workflowId ?? []);
  const below = await Promise.all(children.map((child) => nextTimer(temporal, child)));
  if (below.includes('busy')) return 'busy';
  const due = [...timers.values(), ...retries, ...below.filter((time) => typeof time === 'number')];
  return due.length === 0 ? undefined : Math.min(...due);
}

/**
 * When the calls that wait for their next attempt are due; `busy` while a call is at work, or is about to be. The server shows a call that
 * waits as started, but with an attempt that has ended since.
 */
function retryTimes({ raw }: WorkflowExecutionDescription): readonly number[] | 'busy' {
  const calls = raw.pendingActivities ?? [];
  const times = calls.flatMap(({ lastStartedTime, lastAttemptCompleteTime, lastFailure }) => {
    const endedAt = msOf(lastAttemptCompleteTime);
    if (endedAt < msOf(lastStartedTime) || lastFailure == null) return [];
    return [endedAt + (msOf(lastFailure.applicationFailureInfo?.nextRetryDelay) || UNKNOWN_DELAY_MS)];
  });
  return times.length < calls.length ? 'busy' : times;
}

const msOf = (time: { seconds?: unknown; nanos?: number | null } | null | undefined): number =>
  Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;
