// What one look at a DAG run shows. Most looks cost one request: while a task of it is at work, the DAG run is running, so only the tasks
// are listed; they also show what waits for a person.
import { z } from 'zod';
import type { AirflowApi } from './api.js';
import { readAs } from './api.js';
import type { JobRef, JobSystem, Sighting } from '../job-system.js';
import { failedTask } from './failed-task.js';
import { nameOf, TaskInstances, type TaskInstance } from './task-instances.js';

/** Tasks in these states are at work, or will be without another one having to end. */
const ACTIVE = [
  'running',
  'queued',
  'scheduled',
  'deferred',
  'awaiting_input',
  'up_for_retry',
  'up_for_reschedule',
  'restarting',
];
/** Tasks that are listed. */
const LISTED = 20;
/** How often it is looked whether the DAG of a queued run is paused. */
const PAUSE_EVERY = 4;

const DagRunState = z.object({ state: z.string() });

export interface DagRunPlace {
  readonly api: AirflowApi;
  readonly where: string;
  readonly dag: string;
  readonly dagPath: string;
  /** The address of the DAG's page. */
  readonly pages: string;
  runPath(this: void, id: string): string;
}

/** `undefined` if there is no such DAG run. */
export async function stateOf(
  api: AirflowApi,
  where: string,
  runPath: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const answer = await api.request({ path: runPath, signal, accepts: [404] });
  return answer.status === 404 ? undefined : readAs(DagRunState, answer.body, `${where}: GET ${runPath}`).state;
}

export async function hasRunningTask(
  api: AirflowApi,
  where: string,
  runPath: string,
  signal: AbortSignal,
): Promise<boolean> {
  const answer = await api.request({ path: `${runPath}/taskInstances?state=running&limit=1`, signal });
  return readAs(TaskInstances, answer.body, `${where}: GET taskInstances`).task_instances.length > 0;
}

/** For one attempt: it remembers what earlier looks have shown. */
export function dagRunWatch({ api, where, dag, dagPath, pages, runPath }: DagRunPlace): JobSystem['look'] {
  let isRunning = false;
  let isPaused = false;
  let looksWhileQueued = 0;

  const activeTasks = async (id: string, signal: AbortSignal): Promise<readonly TaskInstance[]> => {
    const states = ACTIVE.map((state) => `state=${state}`).join('&');
    const path = `${runPath(id)}/taskInstances?${states}&limit=${LISTED}`;
    const answer = await api.request({ path, signal, accepts: [404] });
    return answer.status === 404
      ? []
      : readAs(TaskInstances, answer.body, `${where}: GET taskInstances`).task_instances;
  };

  const whileQueued = async (signal: AbortSignal): Promise<Sighting> => {
    if (looksWhileQueued++ % PAUSE_EVERY === 0) {
      const answer = await api.request({ path: dagPath, signal, accepts: [404] });
      isPaused = z.object({ is_paused: z.literal(true) }).safeParse(answer.body).success;
    }
    if (!isPaused) return { state: 'queued' };
    return { state: 'waiting', waitsFor: `the DAG ${dag} is paused: unpause it`, link: pages };
  };

  const whileRunning = (active: readonly TaskInstance[], { id }: JobRef): Sighting => {
    const waiting = active.find(({ state }) => state === 'awaiting_input');
    const progress = { tasks: active.map((task) => `${nameOf(task)} ${task.state}`) };
    if (waiting === undefined) return { state: 'running', progress };
    const link = `${pages}/runs/${encodeURIComponent(id)}/tasks/${encodeURIComponent(waiting.task_id)}/required_actions`;
    return { state: 'waiting', waitsFor: `an answer to the task ${nameOf(waiting)}`, link, progress };
  };

  return async (job, { signal }) => {
    if (isRunning) {
      const active = await activeTasks(job.id, signal);
      if (active.length > 0) return whileRunning(active, job);
    }
    const state = await stateOf(api, where, runPath(job.id), signal);
    isRunning = state === 'running';
    switch (state) {
      case undefined:
        return { state: 'lost' };
      case 'success':
        return { state: 'succeeded' };
      case 'failed':
        return { state: 'failed', ...(await failedTask({ api, where, runPath: runPath(job.id), signal })) };
      case 'queued':
        return await whileQueued(signal);
      default:
        return { state: 'running' };
    }
  };
}
