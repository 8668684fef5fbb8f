// Makes the result of a run from its progress.
import { defined } from '../json/defined.js';
import { budgetStanding } from '../progress/budget-events.js';
import { taskOf, type Graph } from '../plan/graph.js';
import type { Origin } from '../call/origin.js';
import { canBePaused, stateOf } from '../progress/progress.js';
import type { Progress, TaskState, ItemsState } from '../progress/state.js';
import type { RunResult, RunStatus, TaskResult } from './result.js';
import { agentText, labelOf } from '../plan/task-agents.js';
import { runState, waitsOf, type TaskLabel } from './waiting.js';

/** Facts about a run that its progress does not contain. */
export interface SummaryContext {
  readonly runId: string;
  readonly output?: unknown;
  /** The run that it was forked from. */
  readonly forkOf?: string | undefined;
  readonly tenant?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly traceId?: string | undefined;
  /** The run whose debt it retries. */
  readonly compensates?: string | undefined;
  /** The names of the events that tasks wait for, by task, where they are known. */
  readonly awaited?: ReadonlyMap<string, string> | undefined;
}

export function summarize(graph: Graph, progress: Progress, summary: SummaryContext): RunResult {
  const { runId, output, forkOf, tenant, correlationId, traceId, compensates, awaited } = summary;
  const tasks: Record<string, TaskResult> = {};
  for (const id of graph.tasks.keys()) tasks[id] = taskResult(graph, id, stateOf(progress, id), forkOf);
  return {
    runId,
    plan: graph.plan.name,
    status: runStatus(progress),
    ...(isPaused(progress) ? { pausedBecause: progress.pausedBecause } : {}),
    ...stateParts(graph, progress, { runId, tasks, awaited }),
    output: output ?? null,
    failure: progress.failure ?? null,
    tasks,
    compensated: [...progress.compensated],
    debt: [...progress.debt],
    usage: progress.usage,
    ...(progress.replans === undefined ? {} : { replans: [...progress.replans] }),
    ...(progress.escrow === undefined ? {} : { budget: budgetStanding(progress.escrow) }),
    ...defined({ droppedEvents: progress.events?.dropped, forkOf, compensates, tenant, correlationId, traceId }),
  };
}

type StateSources = Pick<SummaryContext, 'runId' | 'awaited'> & Pick<RunResult, 'tasks'>;

function stateParts(graph: Graph, progress: Progress, run: StateSources): Pick<RunResult, 'state' | 'waiting'> {
  if (progress.phase === 'ended') return {};
  const { runId, tasks, awaited } = run;
  const labelOfOpen = (task: string): TaskLabel | undefined => {
    if (stateOf(progress, task).answer !== undefined) return undefined;
    const { kind, task: terms } = taskOf(graph, task);
    return { kind, label: awaited?.get(task) ?? labelOf(terms) };
  };
  const waiting = waitsOf({ runId, pausedBecause: progress.pausedBecause, tasks }, labelOfOpen);
  const state = runState(progress, () => waiting.length > 0);
  return { ...defined({ state }), ...(state === 'waiting' ? { waiting } : {}) };
}

const isPaused = (progress: Progress): progress is Progress & { pausedBecause: string } =>
  canBePaused(progress) && progress.pausedBecause !== undefined;

function runStatus(progress: Progress): RunStatus {
  if (progress.phase === 'ended') return progress.verdict;
  return isPaused(progress) ? 'paused' : 'running';
}

function taskResult(graph: Graph, id: string, state: TaskState, forkOf?: string): TaskResult {
  const {
    status,
    attempts,
    output,
    failure,
    startedAt,
    endedAt,
    skip,
    items,
    answeredBy,
    made,
    asks,
    question,
    origin,
    dropped,
  } = state;
  const failures = items === undefined ? [] : itemFailures(items);
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
    ...defined({ plan: made, question }),
    ...(asks === true ? { asks } : {}),
    ...(dropped === undefined ? {} : { outputDropped: true, omittedBytes: dropped }),
  };
}

function itemCounts({ total, succeeded, failed, ended }: ItemsState): NonNullable<TaskResult['items']> {
  const count = (origin: Origin): number => ended.filter((item) => item?.origin === origin).length;
  const [reused, cached] = [count('reused'), count('cached')];
  return { total, succeeded, failed, ...(reused === 0 ? {} : { reused }), ...(cached === 0 ? {} : { cached }) };
}

const isoTime = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());

/** The items that failed, with their failures: `$tasks.<id>.failures`. */
export function itemFailures(items: ItemsState): NonNullable<TaskResult['failures']> {
  return items.ended.flatMap((item, index) => (item?.failure === undefined ? [] : [{ index, failure: item.failure }]));
}
