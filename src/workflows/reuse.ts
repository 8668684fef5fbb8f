// What a fork reuses of the run that it was forked from. Does nothing in a run that is not a fork.
import { defined } from '../domain/json/defined.js';
import { log, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { CallRequest } from '../domain/call/request.js';
import { needsWithoutOutput, hasRunItself } from '../domain/progress/fork.js';
import type { TaskKind } from '../domain/plan/plan.js';
import { stateOf } from '../domain/progress/progress.js';
import { jsonBytes } from '../domain/json/byte-size.js';
import { workName, type Settlement, type Work } from './kinds/work.js';
import { outlastStorage } from './calls/outlast-storage.js';
import { reserveCommandBytes } from './workflow-task/command-size.js';
import type { Run } from './run.js';

/** The activity fails only if its worker dies or the server is unreachable. */
const ATTEMPTS = 10;

type ReuseOptions = Pick<CallRequest, 'reuse' | 'anew'>;

/** The reuse options of a call. */
export function callReuse({ request, fork, progress }: Run, task: string): ReuseOptions {
  const { reuse } = request;
  if (request.anew === true || fork.runAgain.has(task)) return { anew: true };
  if (reuse === undefined) return {};
  // The input of the call does not show what such a need did.
  if (fork.unread.get(task)?.some((need) => hasRunItself(progress, need)) === true) return {};
  const { run, runId, path, fork: id } = reuse;
  return { reuse: { run, ...defined({ runId }), path, fork: id } };
}

/** The reuse options of the sub-plan of a task: its old calls are one level further down. */
export function subPlanReuse(run: Run, task: string): ReuseOptions {
  const options = callReuse(run, task);
  return options.reuse === undefined ? options : { reuse: { ...options.reuse, path: [...options.reuse.path, task] } };
}

/** An event that the old run has published is not published again. */
const WAITS: ReadonlySet<TaskKind> = new Set(['approve', 'wait', 'event', 'publish']);

/** True for a wait or a publication that may have ended in the old run, and has not started in this one. */
export function mayRecall(run: Run, { task }: Work): boolean {
  if (run.request.reuse === undefined || !WAITS.has(task.kind) || run.fork.runAgain.has(task.id)) return false;
  const { answer, dueAt } = stateOf(run.progress, task.id);
  return answer === undefined && dueAt === undefined;
}

/** How the wait ended in the old run, if nothing that it could depend on has changed. Expects `mayRecall`. */
export async function recallAnswer(run: Run, work: Work): Promise<Settlement | undefined> {
  const { graph, progress, request, input } = run;
  const { id, task } = work.task;
  const { reuse } = callReuse(run, id);
  const without = needsWithoutOutput(graph, progress, id);
  if (reuse === undefined || without === undefined) return undefined;
  const name = workName(work);
  const { pastAnswer } = proxyActivities<Activities>({
    activityId: `${name}:recall`,
    summary: `${name} · ${request.reuse?.run}`,
    startToCloseTimeout: '1m',
    retry: { maximumAttempts: ATTEMPTS },
  });
  const question = { place: reuse, input, task: id, definition: task, without };
  await reserveCommandBytes(run, jsonBytes(question));
  try {
    const { found } = await outlastStorage(run, () => pastAnswer(question));
    if (found === undefined) return undefined;
    return { outcome: { status: 'succeeded', output: found.output, attempts: 0, origin: 'reused' } };
  } catch (error) {
    log.warn('could not read the answer of the old run', { task: id, error });
    return undefined;
  }
}
