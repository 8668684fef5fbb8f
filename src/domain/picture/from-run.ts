// Makes the picture of a plan, or of a run and its result.
import { formatDuration } from '../duration.js';
import { defined } from '../json/defined.js';
import { failureText } from '../failure.js';
import type { Graph, GraphTask } from '../plan/graph.js';
import { oneLine } from '../text/one-line.js';
import type { DrawnRun, Picture, PictureTask } from './picture.js';
import type { RunResult, TaskResult } from '../run/result.js';
import { attemptsText, hasSeveralCalls, labelOf } from '../plan/task-agents.js';
import { waitOfTask, waitText } from '../run/waiting.js';

export { labelOf };

type DrawnResult = Pick<RunResult, 'status' | 'tasks'> &
  Partial<Pick<RunResult, 'runId' | 'state' | 'waiting' | 'failure' | 'debt'>>;

/** When a run is drawn: the present, or the time at which the run ended. In milliseconds since 1970. */
export interface DrawnAt {
  readonly startedAt: number;
  readonly now: number;
  /** The run's page in the Temporal Web UI. */
  readonly page?: string | undefined;
  /** How an agent is reached, by its type. */
  readonly agentKinds?: ReadonlyMap<string, string> | undefined;
}

export function pictureOf(graph: Graph, result?: DrawnResult, at?: DrawnAt | number): Picture {
  const drawn = typeof at === 'object' ? at : undefined;
  const now = drawn?.now ?? (typeof at === 'number' ? at : undefined);
  return {
    name: graph.plan.name,
    ...(result === undefined ? {} : { status: result.status, ...runParts(result, drawn) }),
    tasks: [...graph.tasks.values()].map((task) => ({
      ...pictureTask(task, result?.tasks[task.id], now),
      ...defined({ agentKind: agentKindOf(task.task, drawn?.agentKinds) }),
    })),
  };
}

function runParts(
  { runId, status, state, waiting = [], failure, debt = [] }: DrawnResult,
  at: DrawnAt | undefined,
): Pick<Picture, 'state' | 'notes' | 'run'> {
  const notes = [
    ...(at === undefined || runId === undefined ? [] : [`run ${runId} · ${timesText(at, status)}`]),
    ...(failure == null || at === undefined ? [] : [failureText(failure)]),
    ...(debt.length === 0 || at === undefined ? [] : [`could not be undone: ${debt.join(', ')}`]),
    ...waiting.map((one) => `${one.task ?? ''} ${waitText(one)} · ${one.command}`.trim()),
  ];
  return {
    ...(status === 'paused' ? {} : defined({ state })),
    ...(notes.length === 0 ? {} : { notes }),
    ...(at === undefined || runId === undefined ? {} : { run: drawnRun(runId, status, at) }),
  };
}

const isOpen = (status: RunResult['status']): boolean => status === 'running' || status === 'paused';

const drawnRun = (id: string, status: RunResult['status'], { startedAt, now, page }: DrawnAt): DrawnRun => ({
  id,
  startedAt,
  now,
  isOpen: isOpen(status),
  ...defined({ page }),
});

const agentKindOf = (
  { agent }: GraphTask['task'],
  kinds: ReadonlyMap<string, string> | undefined,
): string | undefined => (agent === undefined ? undefined : kinds?.get(agent));

/** `started 2026-11-27 09:00:12 UTC, took 12s` */
function timesText({ startedAt, now }: DrawnAt, status: RunResult['status']): string {
  const started = `${new Date(startedAt).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  return `started ${started}, ${isOpen(status) ? 'running for' : 'took'} ${formatDuration(Math.max(0, now - startedAt))}`;
}

function pictureTask(
  { id, kind, needs, task }: GraphTask,
  result: TaskResult | undefined,
  now: number | undefined,
): PictureTask {
  const why = result === undefined ? '' : whyFailed(result);
  const detail =
    result === undefined ? '' : [detailOf(result, now, task), why].filter((part) => part !== '').join(' · ');
  const waits = result === undefined ? undefined : waitsFor(id, kind, task, result);
  return {
    id,
    kind,
    needs,
    label: (kind === 'approve' ? result?.question?.title : undefined) ?? labelOf(task),
    ...(result === undefined ? {} : { status: result.status }),
    ...(detail === '' ? {} : { detail }),
    ...(why === '' ? {} : { why }),
    ...defined({ waits }),
    ...(task.forEach === undefined ? {} : { forEach: true }),
    ...(task.when === undefined ? {} : { conditional: true }),
    ...(task.compensate === undefined ? {} : { compensates: true }),
  };
}

/** Why a task, or its last attempt, failed. The failure of a cancelled task only repeats that it was cancelled. */
function whyFailed({ status, failure }: TaskResult): string {
  if (failure === null || status === 'cancelled') return '';
  return `${status === 'retrying' ? 'the last attempt failed: ' : ''}${oneLine(failure.message)}`;
}

/** What a running task waits for, if nothing works on it meanwhile. */
function waitsFor(
  id: string,
  kind: GraphTask['kind'],
  task: GraphTask['task'],
  result: TaskResult,
): string | undefined {
  if (result.status !== 'running') return undefined;
  const waiting = waitOfTask('', id, { kind, label: labelOf(task) }, result);
  if (waiting !== undefined) return waitText(waiting);
  if (kind === 'wait') return `waits: ${labelOf(task)}`;
  const { breaker, pool, agent, storage, taskQueue, job } = result.waits ?? {};
  if (result.items !== null) return undefined;
  if (breaker !== undefined) return `waits for the breaker of ${breaker}`;
  if (pool !== undefined) return `waits for the pool ${pool}`;
  if (agent !== undefined) return `waits for a worker that has the agent ${agent}`;
  if (job !== undefined) return `waits for a person: ${job}`;
  if (taskQueue !== undefined) return `waits for a worker of Task Queue ${taskQueue}`;
  return storage === undefined ? undefined : 'waits for the storage of large values';
}

/** The details of a task: `attempt 2 · 40 of 120 items · 3.4s`, or the parts of it that apply. */
export function detailOf(result: TaskResult, now?: number, task: GraphTask['task'] = {}): string {
  const { attempts, items, startedAt, endedAt, skip, waits } = result;
  const held = items === null ? waits?.breaker : undefined;
  const took = startedAt === null ? undefined : endedAt === null ? now : Date.parse(endedAt);
  return [
    items === null && attempts > 1 && held === undefined
      ? attemptsText(attempts, { hasSeveralCalls: hasSeveralCalls(task) })
      : '',
    held === undefined ? '' : `waits for the breaker of ${held}`,
    items === null
      ? ''
      : `${items.succeeded} of ${items.total} items${items.failed > 0 ? `, ${items.failed} failed` : ''}`,
    skip === null
      ? ''
      : skip.cause === 'condition'
        ? 'condition'
        : skip.cause === 'budget'
          ? 'budget'
          : `because of ${skip.because ?? 'the end of the run'}`,
    took === undefined ? '' : formatDuration(Math.max(0, took - Date.parse(startedAt!))),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}
