// From progress to what people and programs read.
import { MAX_VALUE_BYTES } from './call.js';
import { taskOf, type Graph } from './graph.js';
import { stateOf, type ItemsState, type Progress, type TaskState } from './progress.js';
import type { RunResult, RunStatus, TaskResult } from './run-result.js';
import { jsonBytes } from './size.js';

/** What else a summary needs to know. */
export interface Summary {
  readonly runId: string;
  readonly output?: unknown;
}

export function summarize(graph: Graph, progress: Progress, { runId, output }: Summary): RunResult {
  const tasks: Record<string, TaskResult> = {};
  for (const id of graph.tasks.keys()) tasks[id] = taskResult(graph, id, stateOf(progress, id));
  return {
    runId,
    plan: graph.plan.name,
    status: runStatus(progress),
    ...(progress.pausedBecause === undefined || progress.phase === 'ended'
      ? {}
      : { pausedBecause: progress.pausedBecause }),
    output: output ?? null,
    failure: progress.failure ?? null,
    tasks,
    compensated: [...progress.compensated],
    debt: [...progress.debt],
    usage: progress.usage,
  };
}

function runStatus({ phase, verdict, pausedBecause }: Progress): RunStatus {
  if (phase === 'ended') return verdict;
  return pausedBecause === undefined ? 'running' : 'paused';
}

function taskResult(graph: Graph, id: string, state: TaskState): TaskResult {
  const { status, attempts, output, failure, startedAt, endedAt, skip, items, answeredBy } = state;
  const failures = items === undefined ? [] : failuresOf(items);
  return {
    status,
    agent: answeredBy ?? taskOf(graph, id).task.agent ?? null,
    attempts,
    output: output ?? null,
    failure: failure ?? null,
    startedAt: isoTime(startedAt),
    endedAt: isoTime(endedAt),
    skip: skip ?? null,
    items: items === undefined ? null : { total: items.total, succeeded: items.succeeded, failed: items.failed },
    ...(failures.length === 0 ? {} : { failures }),
  };
}

const isoTime = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());

/** `$tasks.<id>.failures`: which items failed, and how. */
export function failuresOf(items: ItemsState): NonNullable<TaskResult['failures']> {
  return items.ended.flatMap((item, index) => (item?.failure === undefined ? [] : [{ index, failure: item.failure }]));
}

/** Leaves out outputs, the largest first, until the result fits into one payload. */
export function fitToPayload(result: RunResult, limit = MAX_VALUE_BYTES): RunResult {
  let bytes = jsonBytes(result);
  if (bytes <= limit) return result;
  const tasks = { ...result.tasks };
  const bySize = Object.entries(tasks)
    .map(([id, { output }]) => ({ id, size: jsonBytes(output) }))
    .sort((a, b) => b.size - a.size);
  for (const { id, size } of bySize) {
    if (bytes <= limit) break;
    tasks[id] = { ...tasks[id]!, output: null, omittedBytes: size };
    bytes -= size;
  }
  return { ...result, tasks };
}
