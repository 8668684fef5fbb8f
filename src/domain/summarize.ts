// From progress to what people and programs read.
import { standingOf } from './budget-events.js';
import { MAX_VALUE_BYTES } from './call.js';
import { taskOf, type Graph } from './graph.js';
import type { Origin } from './origin.js';
import { canBePaused, stateOf, type ItemsState, type Progress, type TaskState } from './progress.js';
import type { RunResult, RunStatus, TaskResult } from './run-result.js';
import { jsonBytes } from './size.js';
import { agentText } from './task-agents.js';

/** What else a summary needs to know. */
export interface Summary {
  readonly runId: string;
  readonly output?: unknown;
  /** The run that it is a fork of. */
  readonly forkOf?: string | undefined;
  readonly tenant?: string | undefined;
}

export function summarize(graph: Graph, progress: Progress, { runId, output, forkOf, tenant }: Summary): RunResult {
  const tasks: Record<string, TaskResult> = {};
  for (const id of graph.tasks.keys()) tasks[id] = taskResult(graph, id, stateOf(progress, id), forkOf);
  return {
    runId,
    plan: graph.plan.name,
    status: runStatus(progress),
    ...(isPaused(progress) ? { pausedBecause: progress.pausedBecause } : {}),
    output: output ?? null,
    failure: progress.failure ?? null,
    tasks,
    compensated: [...progress.compensated],
    debt: [...progress.debt],
    usage: progress.usage,
    ...(progress.replans === undefined ? {} : { replans: [...progress.replans] }),
    ...(progress.escrow === undefined ? {} : { budget: standingOf(progress.escrow) }),
    ...(forkOf === undefined ? {} : { forkOf }),
    ...(tenant === undefined ? {} : { tenant }),
  };
}

const isPaused = (progress: Progress): progress is Progress & { pausedBecause: string } =>
  canBePaused(progress) && progress.pausedBecause !== undefined;

function runStatus(progress: Progress): RunStatus {
  if (progress.phase === 'ended') return progress.verdict;
  return isPaused(progress) ? 'paused' : 'running';
}

function taskResult(graph: Graph, id: string, state: TaskState, forkOf?: string): TaskResult {
  const { status, attempts, output, failure, startedAt, endedAt, skip, items, answeredBy, made, asks, origin } = state;
  const failures = items === undefined ? [] : failuresOf(items);
  return {
    status,
    agent: answeredBy ?? agentText(taskOf(graph, id).task) ?? null,
    attempts,
    output: output ?? null,
    failure: failure ?? null,
    startedAt: isoTime(startedAt),
    endedAt: isoTime(endedAt),
    skip: skip ?? null,
    items: items === undefined ? null : itemCounts(items),
    ...(origin === 'reused' && forkOf !== undefined ? { reused: forkOf } : {}),
    ...(origin === 'cached' ? { cached: true } : {}),
    ...(failures.length === 0 ? {} : { failures }),
    ...(made === undefined ? {} : { plan: made }),
    ...(asks === true ? { asks } : {}),
  };
}

function itemCounts({ total, succeeded, failed, ended }: ItemsState): NonNullable<TaskResult['items']> {
  const count = (origin: Origin): number => ended.filter((item) => item?.origin === origin).length;
  const [reused, cached] = [count('reused'), count('cached')];
  return { total, succeeded, failed, ...(reused === 0 ? {} : { reused }), ...(cached === 0 ? {} : { cached }) };
}

const isoTime = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());

/** `$tasks.<id>.failures`: which items failed, and how. */
export function failuresOf(items: ItemsState): NonNullable<TaskResult['failures']> {
  return items.ended.flatMap((item, index) => (item?.failure === undefined ? [] : [{ index, failure: item.failure }]));
}

/** What may be left out of a task, in this order, for the whole to fit. */
const LEAVE_OUT: readonly ((task: TaskResult) => TaskResult)[] = [
  (task) => ({ ...task, output: null, omittedBytes: jsonBytes(task.output) }),
  ({ plan: _, ...task }) => task,
  ({ failures: _, ...task }) => task,
  (task) =>
    task.failure === null ? task : { ...task, failure: { type: task.failure.type, message: task.failure.message } },
];

/** Leaves out outputs, then details of failures, the largest first, until the result fits into one payload. */
export function fitToPayload(result: RunResult, limit = MAX_VALUE_BYTES): RunResult {
  let bytes = jsonBytes(result);
  if (bytes <= limit) return result;
  const tasks = { ...result.tasks };
  for (const leaveOut of LEAVE_OUT) {
    const bySaving = Object.entries(tasks)
      .map(([id, task]) => ({ id, saves: jsonBytes(task) - jsonBytes(leaveOut(task)) }))
      .sort((a, b) => b.saves - a.saves);
    for (const { id, saves } of bySaving) {
      if (bytes <= limit || saves <= 0) break;
      tasks[id] = leaveOut(tasks[id]!);
      bytes -= saves;
    }
  }
  return { ...result, tasks };
}
