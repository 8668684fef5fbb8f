// Puts together what a page shows of a run: from its plan, its state and its calls.
import type { CallAttempts } from '../../client/calls/call-attempts.js';
import type { CallRecord } from '../../client/calls/read-calls.js';
import { criticalPath } from '../../domain/picture/critical-path.js';
import type { Insides } from '../../domain/picture/flatten.js';
import { pictureOf } from '../../domain/picture/from-run.js';
import { defined } from '../../domain/json/defined.js';
import type { LookName } from '../../domain/picture/looks.js';
import { buildGraph, type GraphTask } from '../../domain/plan/graph.js';
import type { Plan } from '../../domain/plan/plan.js';
import type { RunResult, TaskResult } from '../../domain/run/result.js';
import { visible } from '../../domain/text/visible.js';
import type { PageCall, RunPage, TaskFacts } from '../picture/html/run-page.js';
import type { RunFacts } from '../view/run-facts.js';

export interface ReadRun {
  readonly plan: Plan;
  readonly facts: RunFacts;
  readonly result: RunResult;
  readonly calls: readonly CallRecord[];
  /** Of calls that were attempted several times. */
  readonly attempts: ReadonlyMap<CallRecord, CallAttempts>;
  readonly insides: Insides;
  readonly agentKinds: ReadonlyMap<string, string> | undefined;
  /** The calls whose next attempt is not due yet. */
  readonly retrying: ReadonlySet<string>;
  readonly now: number;
}

/** More reasons are not read by people. */
const MAX_ITEM_FAILURES = 50;

export function makeRunPage({
  plan,
  facts,
  result,
  calls,
  attempts,
  insides,
  agentKinds,
  retrying,
  now,
}: ReadRun): RunPage {
  const graph = buildGraph(plan);
  const picture = pictureOf(graph, result, { startedAt: facts.startedAt, now, page: facts.page, agentKinds });
  const pageCalls = calls.map((call) => pageCall(call, attempts.get(call), retrying));
  const byTask = new Map<string, CallRecord[]>();
  for (const call of calls) {
    const own = byTask.get(call.task);
    if (own === undefined) byTask.set(call.task, [call]);
    else own.push(call);
  }
  const timed = [...graph.tasks.values()].map((task) => ({ ...task, ...timesOf(result.tasks[task.id]) }));
  return {
    picture,
    insides,
    calls: pageCalls,
    critical: criticalPath(timed, now),
    facts: new Map(
      [...graph.tasks.values()].map((task) => [task.id, factsOf(task, result, byTask.get(task.id) ?? [], retrying)]),
    ),
  };
}

const time = (text: string | null | undefined): number | undefined => (text == null ? undefined : Date.parse(text));

const timesOf = (task: TaskResult | undefined): Pick<TaskFacts, 'startedAt' | 'endedAt'> => ({
  startedAt: time(task?.startedAt),
  endedAt: time(task?.endedAt),
});

function factsOf(
  { id, task }: GraphTask,
  { tasks, waiting = [] }: RunResult,
  calls: readonly CallRecord[],
  retrying: ReadonlySet<string>,
): TaskFacts {
  const result = tasks[id];
  const wait = waiting.find((one) => one.task === id && one.run === undefined);
  const description = result?.question?.description ?? wait?.description;
  const failures = (result?.failures ?? []).map(({ index, failure }) => `${index}: ${visible(failure.message)}`);
  return {
    ...timesOf(result),
    command: wait?.command,
    description: description === undefined ? undefined : visible(description),
    subRun:
      task.forEach === undefined
        ? calls.find(({ suffix, subRun }) => subRun !== undefined && suffix === undefined)?.subRun
        : undefined,
    ...(task.forEach === undefined || result?.items == null
      ? {}
      : { items: itemLooks(result, calls, retrying), itemFailures: failures.slice(0, MAX_ITEM_FAILURES) }),
  };
}

/** Items without a call have been reused, or have not begun. */
function itemLooks(
  { items, status, failures = [] }: TaskResult,
  calls: readonly CallRecord[],
  retrying: ReadonlySet<string>,
): LookName[] {
  const usual: LookName = status === 'succeeded' ? 'succeeded' : 'pending';
  const looks = Array.from({ length: items?.total ?? 0 }, (): LookName => usual);
  for (const call of calls)
    if (call.item !== undefined && call.item < looks.length) looks[call.item] = lookOf(call, retrying);
  for (const { index } of failures) if (index < looks.length) looks[index] = 'failed';
  return looks;
}

function pageCall(call: CallRecord, attempts: CallAttempts | undefined, retrying: ReadonlySet<string>): PageCall {
  const { name, task, item, scheduledAt: from, startedAt, endedAt: to } = call;
  // The history has the start of an attempt only when the attempt has ended.
  const inProgress = attempts?.began === undefined ? from : (attempts.began ?? undefined);
  const began = startedAt ?? (to === undefined ? inProgress : undefined);
  const one = { name, task, item, from, began, to, look: lookOf(call, retrying) };
  if (attempts === undefined) return { ...one, attempts: Math.max(1, call.attempts) };
  const { count, earlier, lastFailure } = attempts;
  const unknown = count - 1 - earlier.length;
  // The times are those of the clock of a worker.
  const end = began ?? to ?? Infinity;
  return {
    ...one,
    attempts: count,
    earlier: earlier.map((each) => ({
      ...each,
      failure: visible(each.failure),
      from: Math.min(end, Math.max(from, each.from)),
      to: Math.min(end, Math.max(from, each.to)),
    })),
    ...defined({
      unknown: unknown > 0 ? unknown : undefined,
      lastFailure: lastFailure === undefined ? undefined : visible(lastFailure),
    }),
  };
}

function lookOf({ status, suffix, name }: CallRecord, retrying: ReadonlySet<string>): LookName {
  if (suffix === 'compensate')
    return status === 'succeeded' ? 'compensated' : status === 'failed' ? 'compensation-failed' : 'compensating';
  if (status === 'waiting' || status === 'running') return retrying.has(name) ? 'retrying' : 'running';
  return status;
}
