// Makes the picture of a plan, or of a run and its result.
import { formatDuration } from '../duration.js';
import type { Graph, GraphTask } from '../plan/graph.js';
import type { Picture, PictureTask } from './picture.js';
import type { RunResult, TaskResult } from '../run/result.js';
import { agentText } from '../plan/task-agents.js';

export function pictureOf(graph: Graph, result?: Pick<RunResult, 'status' | 'tasks'>, now?: number): Picture {
  return {
    name: graph.plan.name,
    ...(result === undefined ? {} : { status: result.status }),
    tasks: [...graph.tasks.values()].map((task) => pictureTask(task, result?.tasks[task.id], now)),
  };
}

function pictureTask(
  { id, kind, needs, task }: GraphTask,
  result: TaskResult | undefined,
  now: number | undefined,
): PictureTask {
  const detail = result === undefined ? '' : detailOf(result, now);
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

/** The agent's type, the title of an approval, the name of an event, … */
export function labelOf(task: GraphTask['task']): string {
  const { plan, decompose, approve, wait, event } = task;
  const agents = agentText(task);
  if (agents !== undefined) return agents;
  if (plan !== undefined) return typeof plan === 'string' ? plan : plan.name;
  if (decompose !== undefined) return decompose.goal;
  if (approve !== undefined) return approve.title;
  if (event !== undefined) return typeof event === 'string' ? event : event.name;
  if (wait === undefined) return '';
  return typeof wait === 'string' ? wait : 'for' in wait ? wait.for : wait.until;
}

/** The details of a task: `attempt 2 · 40 of 120 items · 3.4s`, or the parts of it that apply. */
export function detailOf({ attempts, items, startedAt, endedAt, skip }: TaskResult, now?: number): string {
  const took = startedAt === null ? undefined : endedAt === null ? now : Date.parse(endedAt);
  return [
    items === null && attempts > 1 ? `attempt ${attempts}` : '',
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
