// A running task whose attempt has failed and whose next one is due is `retrying`: the run does not know, the server does. So it
// is with why the last attempt failed, and with what a call that has not failed waits for.
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { notedIn, type Noted } from '../domain/call.js';
import { failure, isFailureType, type Failure } from '../domain/failure.js';
import type { RunResult, TaskResult } from '../domain/run-result.js';

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** Activity ids begin with the task: `scan`, `scan:fallback`, `analyze[7]`, `scan~1`; `replan-1:plan` is of none. */
export const taskOfActivity = (activityId: string): string => /^[A-Za-z0-9_]+(?=[~[:]|$)/.exec(activityId)?.[0] ?? '';

export function retryingTasks(tasks: RunResult['tasks'], { raw }: WorkflowExecutionDescription): RunResult['tasks'] {
  const updated = { ...tasks };
  for (const pending of raw.pendingActivities ?? []) {
    const id = taskOfActivity(pending.activityId ?? '');
    const task = updated[id];
    if (task === undefined || task.status !== 'running') continue;
    const isScheduled = Number(pending.state) === SCHEDULED;
    const { refused = 0, waitsFor } = notedBy(pending);
    const waits = isScheduled || waitsFor === undefined ? {} : waitingWith(task, { pool: waitsFor });
    // A forEach is running as long as any of its items is.
    if (task.items !== null) {
      const held = isScheduled && typeOf(pending) === 'BreakerOpen' && task.agent !== null;
      updated[id] = { ...task, ...(held ? waitingWith(task, { breaker: task.agent! }) : waits) };
      continue;
    }
    const attempt = pending.attempt ?? 1;
    const retrying = isScheduled && attempt > 1 ? { status: 'retrying' as const, failure: lastFailure(pending) } : {};
    // Those that a breaker or a pool turned away were none.
    updated[id] = { ...task, attempts: Math.max(1, attempt - refused), ...retrying, ...waits };
  }
  return updated;
}

/** temporal.api.enums.v1.PendingActivityState: waiting for its time, or for a worker. */
const SCHEDULED = 1;

type Waits = NonNullable<TaskResult['waits']>;

/** Of several things that calls wait for it is the one that was found first. */
function waitingWith({ waits }: TaskResult, what: Pick<Waits, 'pool' | 'breaker'>): Pick<TaskResult, 'waits'> {
  if (waits === undefined) return { waits: { ...what, calls: 1 } };
  const isSame = waits.pool === what.pool && waits.breaker === what.breaker;
  return isSame ? { waits: { ...what, calls: waits.calls + 1 } } : {};
}

function notedBy({ heartbeatDetails }: PendingActivity): Noted {
  const payload = heartbeatDetails?.payloads?.[0];
  return notedIn(payload == null ? undefined : plain(payload));
}

/** A payload that a codec of the user's has made cannot be read here, which costs a count. */
function plain(payload: Parameters<typeof defaultPayloadConverter.fromPayload>[0]): unknown {
  try {
    return defaultPayloadConverter.fromPayload(payload);
  } catch {
    return undefined;
  }
}

const typeOf = ({ lastFailure: last }: PendingActivity) => last?.applicationFailureInfo?.type;

function lastFailure(pending: PendingActivity): Failure | null {
  if (pending.lastFailure == null) return null;
  const type = typeOf(pending);
  return failure(isFailureType(type) ? type : 'AgentFailed', pending.lastFailure.message ?? '');
}
