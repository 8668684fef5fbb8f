// The attempts of the calls of a run, as the server knows them: when each began and ended, on which worker, and why it failed. Of several
// attempts of one call, the history has the last one, and the failure of the one before.
import type { Client } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import { ORCHESTRATE } from '../../domain/run/input.js';
import { isFailureType, isUncounted } from '../../domain/failure.js';
import {
  failureText,
  readHistory,
  type FailureCause,
  type Execution,
  type HistoryEvent,
} from '../../temporal/history.js';
import { placeOf, type LogEntry } from './entry.js';

export interface AttemptReader {
  /** Called for each entry, in the order of the history. */
  readonly emit: (entry: LogEntry) => void;
  /** Called for each sub-plan that has started. */
  readonly subRun: (execution: Required<Execution>) => void;
  /** Waits for more until the run ends, or the signal aborts. */
  readonly follow?: AbortSignal | undefined;
}

export interface ReadExecution {
  /** The execution that continues the run. */
  readonly next?: Required<Execution>;
  /** Whether the run is still in progress. */
  readonly isOpen: boolean;
}

/** Reads one execution. */
export async function readAttempts(
  client: Client,
  execution: Required<Execution>,
  { emit, subRun, follow }: AttemptReader,
): Promise<ReadExecution> {
  const { workflowId: run } = execution;
  const calls = new Map<string, string>();
  const begun = new Map<string, Pick<LogEntry, 'attempt' | 'worker'>>();
  let next: string | undefined;
  let isOpen = true;
  for await (const event of readHistory(client, execution, follow)) {
    const time = timeOf(event.eventTime);
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled?.activityType?.name === 'callAgent') calls.set(String(event.eventId), scheduled.activityId ?? '');
    const child = event.childWorkflowExecutionStartedEventAttributes;
    if (child?.workflowType?.name === ORCHESTRATE) {
      const { workflowId, runId } = child.workflowExecution ?? {};
      subRun({ workflowId: workflowId ?? '', runId: runId ?? '' });
    }
    next = event.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? next;
    if (isEnd(event)) isOpen = false;
    const about = attemptEvent(event);
    const id = String(about?.scheduledEventId);
    const call = calls.get(id);
    if (call === undefined || about === undefined) continue;
    const started = event.activityTaskStartedEventAttributes;
    if (started != null) {
      const begin = { attempt: started.attempt ?? 1, worker: started.identity ?? '' };
      begun.set(id, begin);
      const { lastFailure: last } = started;
      const type = last?.applicationFailureInfo?.type;
      if (last != null && !isTurnedAway(type))
        emit({
          ...{ time, run, ...placeOf(call), kind: 'failed', attempt: begin.attempt - 1 },
          ...(await failureOf(client, last)),
        });
      emit({ time, run, ...placeOf(call), kind: 'started', ...begin });
      continue;
    }
    const { attempt, worker } = begun.get(id) ?? { attempt: 1 };
    const place = { time, run, ...placeOf(call), attempt, ...(worker === undefined ? {} : { worker }) };
    calls.delete(id);
    begun.delete(id);
    if (event.activityTaskCompletedEventAttributes != null) emit({ ...place, kind: 'succeeded' });
    else if (event.activityTaskCanceledEventAttributes != null) emit({ ...place, kind: 'cancelled' });
    else if ('failure' in about && about.failure != null)
      emit({ ...place, kind: 'failed', ...(await failureOf(client, about.failure)) });
  }
  return next === undefined || next === '' ? { isOpen } : { next: { workflowId: run, runId: next }, isOpen };
}

const isEnd = (event: HistoryEvent): boolean =>
  (event.workflowExecutionCompletedEventAttributes ??
    event.workflowExecutionFailedEventAttributes ??
    event.workflowExecutionCanceledEventAttributes ??
    event.workflowExecutionTerminatedEventAttributes ??
    event.workflowExecutionTimedOutEventAttributes ??
    event.workflowExecutionContinuedAsNewEventAttributes ??
    undefined) !== undefined;

const attemptEvent = (event: HistoryEvent) =>
  event.activityTaskStartedEventAttributes ??
  event.activityTaskCompletedEventAttributes ??
  event.activityTaskFailedEventAttributes ??
  event.activityTaskTimedOutEventAttributes ??
  event.activityTaskCanceledEventAttributes ??
  undefined;

/** The call did not reach the agent, which may happen again and again while it waits. */
export const isTurnedAway = (type: string | null | undefined): boolean => isFailureType(type) && isUncounted(type);

export async function failureOf(
  client: Client,
  raw: Parameters<typeof failureText>[1],
): Promise<Pick<LogEntry, 'failure' | 'message' | 'stack'>> {
  const { message, causes } = await failureText(client, raw);
  const type = raw.applicationFailureInfo?.type ?? (raw.timeoutFailureInfo == null ? 'AgentFailed' : 'Timeout');
  const stack = causes
    .map(causeText)
    .filter((text) => text.trim() !== '' && text !== message)
    .join('\ncaused by: ');
  return { failure: type, message, ...(stack === '' ? {} : { stack }) };
}

/** The stack of an error of the agent. Of Baton's own errors the stack shows nothing: what a program printed is in the message. */
const causeText = ({ message, stackTrace }: FailureCause): string =>
  stackTrace === '' || /^(?:AgentError|Stderr|ApplicationFailure): /.test(stackTrace) ? message : stackTrace;

export const timeOf = (time: HistoryEvent['eventTime']): string => new Date(optionalTsToMs(time) ?? 0).toISOString();
