// What one run did, read from its histories: the calls that were answered, what has been undone since, and its sub-plans.
import type { Context } from '@temporalio/activity';
import type { CallReply, CallRequest } from '../domain/call.js';
import { holdKey } from '../domain/escrow.js';
import { ORCHESTRATE, type RunInput } from '../domain/run-input.js';
import { RESULT_MEMO, type RunResult } from '../domain/run-result.js';
import { eventsOf, firstOf, isNotFound, type Execution, type HistoryEvent } from '../history/events.js';
import { fingerprint } from './fingerprint.js';

export type TemporalClient = Context['client'];

export interface PastRun {
  readonly id: string;
  /** What it was started with; absent where nothing is left of it. */
  readonly started?: Pick<RunInput, 'plan' | 'input'> | undefined;
  /** By fingerprint, without those that have been undone, or were to be. */
  readonly replies: ReadonlyMap<string, CallReply>;
  /** The tasks and items that sub-plans were run for, `inner` or `analyze[3]`, but those that their task has undone. */
  readonly subPlans: readonly string[];
  /** Those of which a run of its own has undone what they did. */
  readonly undoneSubPlans: ReadonlySet<string>;
  /** Of a run that has ended. */
  readonly result?: RunResult | undefined;
  /** Of all replies, as the server keeps them. */
  readonly bytes: number;
}

interface Answered {
  readonly work: string;
  readonly suffix: string;
  readonly reply: CallReply;
}

/** What has been read so far: of what is answered it is not known yet whether it was undone later. */
interface Reading {
  readonly id: string;
  started?: PastRun['started'];
  result?: RunResult | undefined;
  readonly answered: Map<string, Answered>;
  readonly subPlans: Set<string>;
  readonly undoneSubPlans: Set<string>;
  /** Tasks and items whose undoing has begun. */
  readonly undone: Set<string>;
  bytes: number;
}

type Called = Map<string, CallRequest & { readonly suffix: string }>;

const COMPENSATE = 'compensate';

/**
 * What stands in an activity's id behind the task or item: `fallback`, `race`, `plan`, `compensate`; nothing for the call that
 * the task is, nor for its hedges.
 */
export function suffixOf(activityId: string): string {
  const suffix = activityId.split(':')[1] ?? '';
  return suffix === 'hedge' ? '' : suffix;
}

export const isUndoing = (suffix: string): boolean => suffix === COMPENSATE;

/** `isUndone`: a run of its own has undone it, or parts of it. */
export async function readPastRun(client: TemporalClient, id: string, isUndone: boolean): Promise<PastRun> {
  const reading: Reading = {
    id,
    answered: new Map(),
    subPlans: new Set(),
    undoneSubPlans: new Set(),
    undone: new Set(),
    bytes: 0,
  };
  await readHistories(client, id, reading);
  if (isUndone) await readHistories(client, `${id}:${COMPENSATE}`, reading);
  const { answered, subPlans, undone, ...rest } = reading;
  const kept = [...answered].filter(([, { work, suffix }]) => !(undone.has(work) && hadEffect(suffix)));
  return {
    ...rest,
    replies: new Map(kept.map(([key, { reply }]) => [key, reply])),
    subPlans: [...subPlans].filter((work) => !undone.has(work)),
  };
}

/** What a planner answered is good also where what the plan did has been undone. */
const hadEffect = (suffix: string): boolean => WITH_EFFECT.has(suffix);
const WITH_EFFECT: ReadonlySet<string> = new Set(['', 'race', 'vote', 'fallback', 'aggregate']);

/** All histories of a run, the latest first, as far as the server still has them. */
async function readHistories(client: TemporalClient, workflowId: string, reading: Reading): Promise<void> {
  let execution: Execution | undefined = { workflowId };
  while (execution !== undefined) {
    try {
      const before: string = await readHistory(client, execution, reading);
      execution = before === '' ? undefined : { workflowId, runId: before };
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return;
    }
  }
}

/** The id of the history before it; empty if it is the first. */
async function readHistory(client: TemporalClient, execution: Execution, reading: Reading): Promise<string> {
  const called: Called = new Map();
  let before = '';
  for await (const event of eventsOf(client, execution)) {
    const { workflowExecutionStartedEventAttributes: start } = event;
    if (start != null) {
      before = start.continuedExecutionRunId ?? '';
      const { plan, input } = (await firstOf(client, start.input?.payloads)) as RunInput;
      reading.started ??= { plan, input };
    }
    noteSubPlan(event, reading);
    await noteCall(client, event, called, reading);
    reading.result ??= await resultIn(client, event);
  }
  return before;
}

function noteSubPlan(event: HistoryEvent, { id, subPlans, undoneSubPlans }: Reading): void {
  const child = event.startChildWorkflowExecutionInitiatedEventAttributes;
  if (child?.workflowType?.name !== ORCHESTRATE || child.workflowId == null) return;
  const [work = '', suffix = ''] = child.workflowId.slice(id.length + 1).split(':');
  (isUndoing(suffix) ? undoneSubPlans : subPlans).add(work);
}

async function noteCall(client: TemporalClient, event: HistoryEvent, called: Called, reading: Reading): Promise<void> {
  const { activityTaskScheduledEventAttributes: scheduled, activityTaskCompletedEventAttributes: completed } = event;
  if (scheduled?.activityType?.name === 'callAgent') {
    const request = (await firstOf(client, scheduled.input?.payloads)) as CallRequest;
    const suffix = suffixOf(scheduled.activityId ?? '');
    if (isUndoing(suffix)) reading.undone.add(holdKey(request.task, request.item));
    else called.set(String(event.eventId), { ...request, suffix });
  }
  const scheduledId = String(completed?.scheduledEventId);
  const request = called.get(scheduledId);
  if (request === undefined) return;
  called.delete(scheduledId);
  const reply = (await firstOf(client, completed?.result?.payloads)) as CallReply;
  const { task, item, suffix } = request;
  const key = fingerprint({ ...request, version: reply.version });
  reading.answered.set(key, { work: holdKey(task, item), suffix, reply });
  reading.bytes += completed?.result?.payloads?.[0]?.data?.length ?? 0;
}

/** How a run ends: with its result as its value, in its failure, or in a memo. */
async function resultIn(client: TemporalClient, event: HistoryEvent): Promise<RunResult | undefined> {
  const failed = event.workflowExecutionFailedEventAttributes?.failure?.applicationFailureInfo;
  const memo = event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields?.[RESULT_MEMO];
  const payloads =
    event.workflowExecutionCompletedEventAttributes?.result?.payloads ??
    (failed?.type === 'RunFailed' ? failed.details?.payloads : undefined) ??
    (memo == null ? undefined : [memo]);
  return payloads == null ? undefined : ((await firstOf(client, payloads)) as RunResult);
}
