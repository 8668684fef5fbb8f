// Why a DAG run has failed: which of its tasks, and the error in the log of the first one.
import { z } from 'zod';
import { truncateEnd } from '../../../../domain/text/truncate.js';
import { readAs, type AirflowApi } from './api.js';
import { nameOf, TaskInstances } from './task-instances.js';

/** Failed tasks that are named. */
const NAMED = 5;
/** Characters of an error. */
const SHOWN = 500;

export interface FailedRun {
  readonly api: AirflowApi;
  readonly where: string;
  readonly runPath: string;
  readonly signal: AbortSignal;
}

export interface RunFailure {
  readonly message: string;
  readonly details: unknown;
}

export async function failedTask({ api, where, runPath, signal }: FailedRun): Promise<RunFailure> {
  const path = `${runPath}/taskInstances?state=failed&limit=${NAMED}&order_by=end_date`;
  const answer = await api.request({ path, signal });
  const failed = readAs(TaskInstances, answer.body, `${where}: GET taskInstances`).task_instances;
  const [first] = failed;
  const details = { tasks: failed.map(nameOf) };
  if (first === undefined)
    return { message: 'its state was set to failed, though none of its tasks has failed', details };
  const log = `${runPath}/taskInstances/${encodeURIComponent(first.task_id)}/logs/${first.try_number}?map_index=${first.map_index}`;
  const error = await errorIn(api, log, signal);
  const others = failed.length === 1 ? '' : `, and ${failed.length - 1} more`;
  return { message: `task ${nameOf(first)}${others}${error === undefined ? '' : `: ${error}`}`, details };
}

const Log = z.object({
  content: z.array(
    z.looseObject({
      error_detail: z.array(z.object({ exc_type: z.string(), exc_value: z.string() })).optional(),
    }),
  ),
});

/** The last exception in a log. A log may be unreadable, or longer than Baton reads: then the failure has no more than the names. */
async function errorIn(api: AirflowApi, path: string, signal: AbortSignal): Promise<string | undefined> {
  const answer = await api.request({ path, signal }).catch(() => undefined);
  signal.throwIfAborted();
  const lines = Log.safeParse(answer?.body).data?.content ?? [];
  const error = lines.findLast(({ error_detail: errors }) => errors?.[0] !== undefined)?.error_detail?.[0];
  return error === undefined ? undefined : truncateEnd(`${error.exc_type}: ${error.exc_value}`, SHOWN);
}
