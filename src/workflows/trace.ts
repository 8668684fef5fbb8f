// The trace of a run. The run records what its calls and tasks did, as data; the last command of each execution is the local activity
// `exportSpans`, which makes spans of the records and sends them.
// E1. A worker that is killed loses no record: the next one replays the run and makes the same ones. What had been sent is sent again;
//     the ids of spans are derived, so that is the same span.
// E2. An execution exports the calls that have ended in it, and the tasks that have ended since the last export. No call is in flight
//     when a run continues as new.
// E3. Sending never fails a run: the local activity ends within seconds, whether the spans were taken or not.
// E4. A run that is not traced has no command, no field and no promise for it.
import { log, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import { suffixedName } from '../domain/call/name.js';
import type { Outcome } from '../domain/call/outcome.js';
import { defined } from '../domain/json/defined.js';
import type { RunInput } from '../domain/run/input.js';
import { hasSpans, runRecord, spanMessage, taskRecords, type RunTrace } from '../domain/run/run-trace.js';
import { spanIdOf } from '../domain/trace/ids.js';
import {
  MAX_ITEM_SPANS,
  type AttemptTiming,
  type Publication,
  type RunRecord,
  type SpanBatch,
} from '../domain/trace/record.js';
import { taskSpanId } from '../domain/trace/spans.js';
import { workName, type Work } from './kinds/work.js';
import type { Run } from './run.js';

/** The fields of a request that a call, or a publication, needs for its correlation. `span`: what its spans are named after. */
export function correlationOf(
  { request, trace }: Run,
  span: string,
): Pick<RunInput, 'correlationId' | 'traceparent'> & {
  readonly trace?: { readonly id: string; readonly span: string };
} {
  const { correlationId, traceparent } = request;
  if (correlationId === undefined && traceparent === undefined && trace === undefined) return {};
  return {
    ...defined({ correlationId, traceparent }),
    ...(trace === undefined ? {} : { trace: { id: trace.id, span: `${trace.name}/${span}` } }),
  };
}

/** The same for the input of a sub-plan. */
export function subPlanCorrelation(
  { request, trace }: Run,
  { task, index = 0 }: Pick<Work, 'task' | 'index'>,
): Pick<RunInput, 'correlationId' | 'traceparent' | 'trace'> {
  const { correlationId, traceparent, undo } = request;
  const given = defined({ correlationId, traceparent });
  if (trace === undefined) return given;
  const { id, name } = trace;
  // A run that only undoes has no spans for tasks.
  const parent = undo === undefined ? taskSpanId(id, name, task.callName) : spanIdOf(id, 'run', name);
  const isCapped = request.trace?.isCapped === true || index >= MAX_ITEM_SPANS;
  return { ...given, trace: { id, parent, ...(isCapped ? { isCapped } : {}) } };
}

export interface EndedCall {
  /** Absent for a publication. */
  readonly agent?: string;
  readonly publication?: Publication;
  readonly suffix?: string | undefined;
  /** When the run requested it. */
  readonly from: number;
  readonly outcome: Outcome;
  readonly timings: readonly AttemptTiming[] | undefined;
  readonly version?: string | undefined;
}

/** Records a call, or a publication, that has ended. */
export function recordCall({ trace, graph, request }: Run, work: Work, call: EndedCall): void {
  if (trace === undefined) return;
  const { agent, publication, suffix, outcome, version } = call;
  const { task, index } = work;
  const name = suffixedName(workName(work), suffix);
  const timings = allTimings(call, trace.waiting.get(name));
  if (timings.length === 0 || !hasSpans(index, timings)) return;
  const isTask = request.undo === undefined && graph.tasks.has(task.id);
  trace.calls.push({
    ...{ span: `${trace.name}/${name}`, task: task.id, timings, to: Date.now() },
    ...(isTask ? { parent: task.callName } : {}),
    ...defined({ agent, publication, item: index, suffix, version }),
    ...(outcome.status === 'succeeded' ? {} : { message: spanMessage(outcome.failure.message) }),
  });
}

/** With the attempts of which only their number is known: the server ended them. */
function allTimings(
  { timings: known, from, outcome }: EndedCall,
  waiting: readonly AttemptTiming[] = [],
): readonly AttemptTiming[] {
  const timings = known ?? waiting;
  const missing = outcome.attempts - timings.length;
  if (missing <= 0) return timings;
  const error = outcome.status === 'succeeded' ? undefined : outcome.failure.type;
  const one: AttemptTiming = { from: timings.at(-1)?.to ?? from, to: Date.now(), ...defined({ error }) };
  return [...timings, ...Array.from({ length: missing }, () => one)];
}

/** Exports what has ended since the last export. */
export const exportTrace = async (run: Run): Promise<void> => {
  if (run.trace !== undefined) await exportRecords(run, run.trace, undefined);
};

/** Exports all that is left, and the run itself. `failure`: the defect that ends it. */
export async function exportWholeTrace(run: Run, failure?: { readonly type: string; readonly message: string }) {
  const { trace, progress, startedAt } = run;
  if (trace === undefined) return;
  const end = runRecord(progress, run.request.undo === undefined ? startedAt : trace.openedAt, Date.now());
  await exportRecords(run, trace, failure === undefined ? end : { ...end, status: 'failed', error: failure });
}

/** Tasks and calls in one activity: about 200 KB. */
const RECORDS = 500;

async function exportRecords(run: Run, trace: RunTrace, end: RunRecord | undefined): Promise<void> {
  const { graph, progress, request } = run;
  const now = Date.now();
  const tasks =
    request.undo === undefined
      ? taskRecords(graph, progress, { until: trace.until, now, isEnd: end !== undefined })
      : [];
  const { calls } = trace;
  trace.calls = [];
  trace.until = now;
  if (request.trace?.isCapped === true && end?.status === 'completed') return;
  const { correlationId, traceparent } = request;
  const common = {
    ...{ trace: trace.id, runId: request.undo === undefined ? run.id : trace.name },
    ...{ plan: graph.plan.name, name: trace.name },
    ...defined({ correlationId, traceparent, parent: trace.parent }),
  };
  const count = Math.max(end === undefined ? 0 : 1, Math.ceil(Math.max(tasks.length, calls.length) / RECORDS));
  const batches = Array.from({ length: count }, (_, at): SpanBatch => {
    const [from, to] = [at * RECORDS, (at + 1) * RECORDS];
    const own = end !== undefined && at === count - 1 ? { run: end } : {};
    return { ...common, ...own, tasks: tasks.slice(from, to), calls: calls.slice(from, to) };
  });
  const { exportSpans } = proxyLocalActivities<Activities>({
    summary: 'trace',
    startToCloseTimeout: EXPORT_TIMEOUT,
    retry: { maximumAttempts: 2, initialInterval: '100ms' },
  });
  try {
    await Promise.all(batches.map((batch) => exportSpans(batch)));
  } catch (error) {
    log.debug('the trace of the run could not be exported', { error });
  }
}

/** The activity itself waits for a shorter time. */
const EXPORT_TIMEOUT = '8s';
