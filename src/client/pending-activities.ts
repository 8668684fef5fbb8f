// Adds to a snapshot what only the server knows of calls in progress: that a task is `retrying` because its last attempt failed
// and the next is due, why that attempt failed, and what a call waits for.
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { parseAttemptNotes, type AttemptNotes } from '../domain/call/request.js';
import { jobIn, type Job } from '../domain/call/job.js';
import { parseCallName } from '../domain/call/name.js';
import { defined } from '../domain/json/defined.js';
import { failure, isFailureType, type Failure } from '../domain/failure.js';
import type { RunResult, TaskResult } from '../domain/run/result.js';
import { StorageAway } from '../values/storage/errors.js';
import { queueOf, queuesWithoutWorkers } from './queues-without-workers.js';
import { decodeFirst, failureMessage } from '../temporal/history.js';

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** The task that an activity belongs to; '' if it belongs to none, as `replan-1:plan`. */
export const taskOfActivity = (activityId: string): string => parseCallName(activityId)?.task ?? '';

/** The ids of the calls whose last attempt failed or was refused, and whose next attempt is not due yet. */
export const waitingForAttempt = ({ raw }: WorkflowExecutionDescription): string[] =>
  (raw.pendingActivities ?? []).flatMap(({ activityId, state, attempt }) =>
    Number(state) === SCHEDULED && (attempt ?? 1) > 1 ? [activityId ?? ''] : [],
  );

/** By task that makes one call, the attempts that count, if there are several, and why the last one failed. */
export async function retriesIn(
  client: Client,
  { raw }: WorkflowExecutionDescription,
): Promise<ReadonlyMap<string, { readonly attempt: number; readonly failure: string | undefined }>> {
  const retries = new Map<string, { attempt: number; failure: string | undefined }>();
  for (const pending of raw.pendingActivities ?? []) {
    const { task, index, suffix } = parseCallName(pending.activityId ?? '') ?? {};
    if (task === undefined || index !== undefined || suffix !== undefined || (pending.attempt ?? 1) < 2) continue;
    const { refused = 0 } = await heartbeatOf(client, pending);
    const attempt = (pending.attempt ?? 1) - refused;
    if (attempt > 1) retries.set(task, { attempt, failure: (await lastFailure(client, pending))?.message });
  }
  return retries;
}

export async function withPendingActivities(
  client: Client,
  tasks: RunResult['tasks'],
  { raw, taskQueue }: WorkflowExecutionDescription,
): Promise<RunResult['tasks']> {
  const updated = { ...tasks };
  const calls = raw.pendingActivities ?? [];
  const withoutWorkers = await queuesWithoutWorkers(client, calls, taskQueue);
  for (const pending of calls) {
    const id = taskOfActivity(pending.activityId ?? '');
    const task = updated[id];
    if (task === undefined || task.status !== 'running') continue;
    const isScheduled = Number(pending.state) === SCHEDULED;
    const { refused = 0, ...noted } = await heartbeatOf(client, pending);
    const what =
      waitReason(pending, isScheduled, noted, task) ??
      queueWait(queueOf(pending), withoutWorkers) ??
      (isScheduled ? await storageWait(client, pending) : undefined);
    const waits = what === undefined ? {} : waitingWith(task, what);
    // A forEach is running while any of its items is.
    if (task.items !== null) {
      updated[id] = { ...task, ...waits };
      continue;
    }
    const attempt = pending.attempt ?? 1;
    const retrying =
      isScheduled && attempt > 1 ? { status: 'retrying' as const, failure: await lastFailure(client, pending) } : {};
    // An attempt that a breaker or a pool refused does not count.
    const job = isScheduled ? undefined : jobIn(noted.progress);
    updated[id] = { ...task, attempts: Math.max(1, attempt - refused), ...retrying, ...waits, ...defined({ job }) };
  }
  return updated;
}

/** temporal.api.enums.v1.PendingActivityState: it waits for its time, or for a worker. */
const SCHEDULED = 1;

type WaitedFor = Omit<NonNullable<TaskResult['waits']>, 'calls'>;

/** What a call waits for: a pool, the breaker of its agent, a worker that has its agent, or a person in another system. */
function waitReason(
  pending: PendingActivity,
  isScheduled: boolean,
  { waitsFor: pool, missing, progress }: AttemptNotes,
  { agent }: TaskResult,
): WaitedFor | undefined {
  if (!isScheduled) return pool === undefined ? personIn(jobIn(progress)) : { pool };
  const type = typeOf(pending);
  if (type === 'BreakerOpen') {
    const until = timeOf(pending.nextAttemptScheduleTime ?? pending.scheduledTime);
    return { breaker: agentOf(pending) ?? agent ?? 'the agent', ...defined({ until }) };
  }
  if (type !== 'AgentNotHere') return undefined;
  return { agent: missing?.agent ?? agent ?? 'the agent' };
}

/** A person must act in another system. */
function personIn(job: Job | undefined): WaitedFor | undefined {
  if (job?.state !== 'waiting') return undefined;
  return { job: [job.waitsFor, job.link].filter((one) => one !== undefined).join(', ') || job.id };
}

const queueWait = (queue: string | undefined, withoutWorkers: ReadonlySet<string>): WaitedFor | undefined =>
  queue !== undefined && withoutWorkers.has(queue) ? { taskQueue: queue } : undefined;

/** The storage of large values could not be used by the last attempt. */
async function storageWait(client: Client, pending: PendingActivity): Promise<WaitedFor | undefined> {
  const { type, details } = pending.lastFailure?.applicationFailureInfo ?? {};
  if (type !== 'StorageUnavailable' && type !== 'ValueNotStored') return undefined;
  const away = StorageAway.safeParse(await decodeFirst(client, details?.payloads));
  return away.success ? away.data : undefined;
}

/** If calls wait for different things, the first that was found is reported. */
function waitingWith({ waits }: TaskResult, what: WaitedFor): Pick<TaskResult, 'waits'> {
  if (waits === undefined) return { waits: { ...what, calls: 1 } };
  const isSame = (['pool', 'breaker', 'agent', 'taskQueue', 'storage', 'job'] as const).every(
    (key) => waits[key] === what[key],
  );
  if (!isSame) return {};
  const until = [waits.until, what.until].filter((time) => time !== undefined).sort()[0];
  const since = [waits.since, what.since].filter((time) => time !== undefined).sort()[0];
  return { waits: { ...what, calls: waits.calls + 1, ...defined({ until, since }) } };
}

/** The agent that the breaker guards: of a race, a vote or a fallback the task names others, too. */
function agentOf({ activityId, lastFailure }: PendingActivity): string | undefined {
  const { suffix } = parseCallName(activityId ?? '') ?? {};
  const named = /^(?:race|vote):(.+)$/s.exec(suffix ?? '')?.[1];
  return named ?? /^agent "([^"\\]+)" was not called/.exec(lastFailure?.message ?? '')?.[1];
}

const timeOf = (time: PendingActivity['scheduledTime']): string | undefined =>
  time == null ? undefined : new Date(Number(time.seconds ?? 0) * 1000 + (time.nanos ?? 0) / 1e6).toISOString();

const heartbeatOf = async (client: Client, { heartbeatDetails }: PendingActivity): Promise<AttemptNotes> =>
  parseAttemptNotes(await decodeFirst(client, heartbeatDetails?.payloads));

const typeOf = ({ lastFailure: last }: PendingActivity) => last?.applicationFailureInfo?.type;

async function lastFailure(client: Client, pending: PendingActivity): Promise<Failure | null> {
  if (pending.lastFailure == null) return null;
  const type = typeOf(pending);
  return failure(isFailureType(type) ? type : 'AgentFailed', await readableMessage(client, pending.lastFailure));
}

/** A worker with another key encrypts its failures with it: then the message is why it cannot be read. */
const readableMessage = (client: Client, last: NonNullable<PendingActivity['lastFailure']>): Promise<string> =>
  failureMessage(client, last).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'DecryptionError') return error.message;
    throw error;
  });
