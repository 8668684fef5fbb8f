// Makes the picture of a plan, or of a run and its result.
import { formatDuration } from '../duration.js';
import { defined } from '../json/defined.js';
import { failureText } from '../failure.js';
import type { Graph, GraphTask } from '../plan/graph.js';
import { oneLine } from '../text/one-line.js';
import type { Picture, PictureTask } from './picture.js';
import type { RunResult, TaskResult } from '../run/result.js';
import { attemptsText, hasSeveralCalls, labelOf } from '../plan/task-agents.js';
import { waitText } from '../run/waiting.js';

export { labelOf };

type DrawnResult = Pick<RunResult, 'status' | 'tasks'> &
  Partial<Pick<RunResult, 'runId' | 'state' | 'waiting' | 'failure' | 'debt'>>;

/** When a run is drawn: the present, or the time at which the run ended. In milliseconds since 1970. */
export interface DrawnAt {
  readonly startedAt: number;
  readonly now: number;
}

export function pictureOf(graph: Graph, result?: DrawnResult, at?: DrawnAt | number): Picture {
  const now = typeof at === 'object' ? at.now : at;
  return {
    name: graph.plan.name,
    ...(result === undefined
      ? {}
      : { status: result.status, ...runParts(result, typeof at === 'object' ? at : undefined) }),
    tasks: [...graph.tasks.values()].map((task) => pictureTask(task, result?.tasks[task.id], now)),
  };
}

function runParts(
  { runId, status, state, waiting = [], failure, debt = [] }: DrawnResult,
  at: DrawnAt | undefined,
): Pick<Picture, 'state' | 'notes'> {
  const notes = [
    ...(at === undefined || runId === undefined ? [] : [`run ${runId} · ${timesText(at, status)}`]),
    ...(failure == null || at === undefined ? [] : [failureText(failure)]),
    ...(debt.length === 0 || at === undefined ? [] : [`could not be undone: ${debt.join(', ')}`]),
    ...waiting.map((one) => `${one.task ?? ''} ${waitText(one)}: ${one.command}`.trim()),
  ];
  return { ...(status === 'paused' ? {} : defined({ state })), ...(notes.length === 0 ? {} : { notes }) };
}

/** `started 2026-11-27 09:00:12 UTC, took 12s` */
function timesText({ startedAt, now }: DrawnAt, status: RunResult['status']): string {
  const isOpen = status === 'running' || status === 'paused';
  const started = `${new Date(startedAt).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  return `started ${started}, ${isOpen ? 'running for' : 'took'} ${formatDuration(Math.max(0, now - startedAt))}`;
}

function pictureTask(
  { id, kind, needs, task }: GraphTask,
  result: TaskResult | undefined,
  now: number | undefined,
): PictureTask {
  const detail =
    result === undefined
      ? ''
      : [detailOf(result, now, task), whyFailed(result)].filter((part) => part !== '').join(' · ');
  return {
    id,
    kind,
    needs,
    label: (kind === 'approve' ? result?.question?.title : undefined) ?? labelOf(task),
    ...(result === undefined ? {} : { status: result.status }),
    ...(detail === '' ? {} : { detail }),
    ...(task.forEach === undefined ? {} : { forEach: true }),
    ...(task.when === undefined ? {} : { conditional: true }),
    ...(task.compensate === undefined ? {} : { compensates: true }),
  };
}

/** Why a task failed. The failure of a cancelled task only repeats that it was cancelled. */
const whyFailed = ({ status, failure }: TaskResult): string =>
  failure === null || status === 'cancelled' || status === 'retrying' ? '' : oneLine(failure.message);

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
