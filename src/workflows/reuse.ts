// What a fork takes over from the run that it is a fork of. A run that is no fork passes by all of it.
import { log, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { CallRequest } from '../domain/call.js';
import { hasRunAnew, needsWithoutOutput } from '../domain/cone.js';
import type { TaskKind } from '../domain/plan.js';
import { stateOf } from '../domain/progress.js';
import { jsonBytes } from '../domain/size.js';
import { workName, type Settled, type Work } from './kinds/work.js';
import { roomFor } from './room.js';
import type { Run } from './run.js';

/** It fails only where its worker dies, or the server is away. */
const ATTEMPTS = 10;

type Told = Pick<CallRequest, 'reuse' | 'anew'>;

/** What a call is told. */
export function reuseOfCall({ request, anew, unread, progress }: Run, task: string): Told {
  const { reuse } = request;
  if (request.anew === true || anew.has(task)) return { anew: true };
  if (reuse === undefined) return {};
  // What a need that nobody reads has done cannot be seen from the call.
  if (unread.get(task)?.some((need) => hasRunAnew(progress, need)) === true) return {};
  const { run, path, fork } = reuse;
  return { reuse: { run, path, fork } };
}

/** What the sub-plan of a task is told: its old calls are one level further down. */
export function reuseOfSubPlan(run: Run, task: string): Told {
  const told = reuseOfCall(run, task);
  return told.reuse === undefined ? told : { reuse: { ...told.reuse, path: [...told.reuse.path, task] } };
}

const WAITS: ReadonlySet<TaskKind> = new Set(['approve', 'wait', 'event']);

/** True for a wait that may have been over in the old run, and has not begun in this one. */
export function mayRecall(run: Run, { task }: Work): boolean {
  if (run.request.reuse === undefined || !WAITS.has(task.kind) || run.anew.has(task.id)) return false;
  const { answer, dueAt } = stateOf(run.progress, task.id);
  return answer === undefined && dueAt === undefined;
}

/** What the wait came to in the old run, if nothing has changed that it could depend on. Expects `mayRecall`. */
export async function recallAnswer(run: Run, work: Work): Promise<Settled | undefined> {
  const { graph, progress, request, input } = run;
  const { id, task } = work.task;
  const { reuse } = reuseOfCall(run, id);
  const without = needsWithoutOutput(graph, progress, id);
  if (reuse === undefined || without === undefined) return undefined;
  const name = workName(work);
  const { pastAnswer } = proxyActivities<Activities>({
    activityId: `${name}:recall`,
    summary: `${name} · ${request.reuse?.run}`,
    startToCloseTimeout: '1m',
    retry: { maximumAttempts: ATTEMPTS },
  });
  const asked = { place: reuse, input, task: id, definition: task, without };
  await roomFor(run, jsonBytes(asked));
  try {
    const { found } = await pastAnswer(asked);
    if (found === undefined) return undefined;
    return { outcome: { status: 'succeeded', output: found.output, attempts: 0, origin: 'reused' } };
  } catch (error) {
    log.warn('the answer of the old run could not be read', { task: id, error });
    return undefined;
  }
}
