// What a run knows of its trace, and the records of its tasks.
import { defined } from '../json/defined.js';
import type { Failure } from '../failure.js';
import type { Graph, GraphTask } from '../plan/graph.js';
import { taskOf } from '../plan/graph.js';
import { agentText } from '../plan/task-agents.js';
import { stateOf } from '../progress/progress.js';
import type { Progress, TaskState } from '../progress/state.js';
import { truncateEnd } from '../text/truncate.js';
import { traceIdOf } from '../trace/ids.js';
import {
  MAX_ITEM_SPANS,
  type AttemptTiming,
  type CallRecord,
  type RunRecord,
  type TaskRecord,
} from '../trace/record.js';
import { parseTraceparent } from '../trace/traceparent.js';
import type { RunInput } from './input.js';

export interface RunTrace {
  readonly id: string;
  /** The name from which the id of the run's span is derived. */
  readonly name: string;
  /** The span above that of the run. */
  readonly parent?: string;
  /** When this execution of the run began. Milliseconds since 1970. */
  readonly openedAt: number;
  /** Calls that have ended and are not exported yet. */
  calls: CallRecord[];
  /** Tasks that ended before are exported. Milliseconds since 1970. */
  until: number;
  /** The attempts of calls that were cancelled while no worker had them, by activity id. */
  readonly waiting: Map<string, readonly AttemptTiming[]>;
}

/** `undefined` if the run is not traced. `firstRunId`: the id of its first execution. */
export function openTrace(
  { trace, traceparent, carried }: RunInput,
  { name, firstRunId, openedAt }: Pick<RunTrace, 'name' | 'openedAt'> & { readonly firstRunId: string },
): RunTrace | undefined {
  if (trace === undefined) return undefined;
  const given = traceparent === undefined ? undefined : parseTraceparent(traceparent);
  return {
    id: trace.id ?? given?.traceId ?? traceIdOf(firstRunId),
    name,
    openedAt,
    ...defined({ parent: trace.parent ?? given?.spanId }),
    calls: [],
    until: carried?.tracedUntil ?? 0,
    waiting: new Map(),
  };
}

/** Characters of a message in a span. */
const MAX_MESSAGE = 300;

export const spanMessage = (message: string): string => truncateEnd(message, MAX_MESSAGE).toWellFormed();

const spanError = ({ type, message }: Failure): NonNullable<TaskRecord['error']> => ({
  type,
  message: spanMessage(message),
});

/** False for the calls of a large forEach that have no spans. */
export const hasSpans = (index: number | undefined, timings: readonly AttemptTiming[]): boolean =>
  index === undefined ||
  index < MAX_ITEM_SPANS ||
  timings.some(({ error, to }) => error !== undefined || to === undefined);

/** The tasks that have ended at `until` or later; `isEnd`: also those that have not ended. */
export function taskRecords(
  graph: Graph,
  progress: Progress,
  { until, now, isEnd }: { readonly until: number; readonly now: number; readonly isEnd: boolean },
): TaskRecord[] {
  return [...graph.tasks.values()].flatMap((task) => {
    const state = stateOf(progress, task.id);
    const isNew = state.endedAt === undefined ? isEnd : state.endedAt >= until;
    return isNew ? [taskRecord(graph, task, state, now)] : [];
  });
}

function taskRecord(graph: Graph, task: GraphTask, state: TaskState, now: number): TaskRecord {
  const { status, attempts, items, skip, origin, failure, answeredBy, endedAt: to = now, startedAt: from = to } = state;
  const hasFailed = status === 'failed' || status === 'unknown';
  return {
    ...{ id: task.id, name: task.callName, kind: task.kind, status, from, to, attempts },
    needs: task.needs.map((need) => taskOf(graph, need).callName),
    ...defined({
      agent: answeredBy ?? agentText(task.task),
      items: items === undefined ? undefined : { total: items.total, failed: items.failed },
      skip: skip?.cause,
      origin,
      error: hasFailed && failure !== undefined ? spanError(failure) : undefined,
    }),
  };
}

export function runRecord({ verdict, usage, failure }: Progress, from: number, to: number): RunRecord {
  const { tokens, usd } = usage;
  const error = verdict === 'failed' && failure !== undefined ? { error: spanError(failure) } : {};
  return { status: verdict, from, to, tokens, usd, ...error };
}
