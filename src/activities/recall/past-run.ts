// What one run did, read from its histories: its answered calls, what has been undone since, and its sub-plans.
import type { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { defined } from '../../domain/json/defined.js';
import type { CallReply, CallRequest } from '../../domain/call/request.js';
import { itemName } from '../../domain/call/name.js';
import { ORCHESTRATE, type RunInput } from '../../domain/run/input.js';
import { RESULT_MEMO, type RunResult } from '../../domain/run/result.js';
import { describeChain } from '../../temporal/chain.js';
import { readHistory, decodeFirst, isNotFound, type Execution, type HistoryEvent } from '../../temporal/history.js';
import type { ReadReferences } from '../read-references.js';
import { fingerprint } from './fingerprint.js';

export type TemporalClient = Context['client'];

export interface PastRun {
  readonly id: string;
  /** What it was started with; absent if the server no longer has its history. */
  readonly started?: Pick<RunInput, 'plan' | 'input'> | undefined;
  /** By fingerprint, without the replies of tasks whose undoing has begun. */
  readonly replies: ReadonlyMap<string, CallReply>;
  /** The tasks and items that had a sub-plan, such as `inner` or `analyze[3]`, without those whose undoing has begun, with its run. */
  readonly subPlans: readonly (readonly [work: string, firstRunId: string | undefined])[];
  /** Those sub-plans that a run of its own has undone, at least in part, with that run. */
  readonly undoneSubPlans: ReadonlyMap<string, string | undefined>;
  /** Present if the run has ended. */
  readonly result?: RunResult | undefined;
  /** Bytes of all replies, as the server keeps them. */
  readonly bytes: number;
}

interface AnsweredCall {
  readonly work: string;
  readonly suffix: string;
  readonly reply: CallReply;
}

/** What has been read so far. An answered call may turn out to have been undone later in the history. */
interface RunRecord {
  readonly id: string;
  readonly read: ReadReferences;
  started?: PastRun['started'];
  result?: RunResult | undefined;
  readonly answered: Map<string, AnsweredCall>;
  readonly subPlans: Map<string, string | undefined>;
  readonly undoneSubPlans: Map<string, string | undefined>;
  /** Tasks and items whose undoing has begun. */
  readonly undone: Set<string>;
  bytes: number;
}

/** Calls without an answer yet, by the id of the event that scheduled them. */
type OpenCalls = Map<string, CallRequest & { readonly suffix: string }>;

const COMPENSATE = 'compensate';

/**
 * The part of an activity's id behind the task or item: `fallback`, `race`, `plan`, `compensate`. Empty for the task's own call,
 * and for its hedges.
 */
export function suffixOf(activityId: string): string {
  const suffix = activityId.split(':')[1] ?? '';
  return suffix === 'hedge' ? '' : suffix;
}

export const isUndoing = (suffix: string): boolean => suffix === COMPENSATE;

/** Another run may have followed under the same id; without a first execution, the newest is read. */
export interface WhichPastRun {
  readonly firstRunId?: string | undefined;
  /** A run of its own has undone this run, at least in part; the histories of that run are read too. */
  readonly undoneBy?: { readonly firstRunId: string | undefined } | undefined;
}

export async function readPastRun(
  client: TemporalClient,
  read: ReadReferences,
  id: string,
  { firstRunId, undoneBy }: WhichPastRun,
): Promise<PastRun> {
  const record: RunRecord = {
    id,
    read,
    answered: new Map(),
    subPlans: new Map(),
    undoneSubPlans: new Map(),
    undone: new Set(),
    bytes: 0,
  };
  await readHistories(client, { workflowId: id, firstRunId }, record);
  if (undoneBy !== undefined) await readHistories(client, { workflowId: `${id}:${COMPENSATE}`, ...undoneBy }, record);
  const { answered, subPlans, undone, read: _, ...rest } = record;
  const kept = [...answered].filter(([, { work, suffix }]) => !(undone.has(work) && hadEffect(suffix)));
  return {
    ...rest,
    replies: new Map(kept.map(([key, { reply }]) => [key, reply])),
    subPlans: [...subPlans].filter(([work]) => !undone.has(work)),
  };
}

/** False for calls such as a planner's: its answer can be used again even if the work of its plan has been undone. */
const hadEffect = (suffix: string): boolean => WITH_EFFECT.has(suffix);
const WITH_EFFECT: ReadonlySet<string> = new Set(['', 'race', 'vote', 'fallback', 'aggregate']);

/** Reads all histories of a run that the server still has, the latest first. */
async function readHistories(
  client: TemporalClient,
  { workflowId, firstRunId }: { readonly workflowId: string; readonly firstRunId: string | undefined },
  record: RunRecord,
): Promise<void> {
  let execution: Execution | undefined = {
    workflowId,
    ...defined({ runId: await lastRunId(client, workflowId, firstRunId) }),
  };
  while (execution !== undefined) {
    try {
      const before: string = await readOneHistory(client, execution, record);
      execution = before === '' ? undefined : { workflowId, runId: before };
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return;
    }
  }
}

/** The last execution of the run; `undefined`: that of the newest run of the id. */
async function lastRunId(
  client: TemporalClient,
  id: string,
  firstRunId: string | undefined,
): Promise<string | undefined> {
  if (firstRunId === undefined) return undefined;
  try {
    return (await describeChain(client, id, firstRunId)).runId;
  } catch (error) {
    // The server no longer has it.
    if (error instanceof WorkflowNotFoundError) return firstRunId;
    throw error;
  }
}

/** Reads one history. Returns the run id of the history before it; empty if it is the first. */
async function readOneHistory(client: TemporalClient, execution: Execution, record: RunRecord): Promise<string> {
  const open: OpenCalls = new Map();
  let before = '';
  for await (const event of readHistory(client, execution)) {
    const { workflowExecutionStartedEventAttributes: start } = event;
    if (start != null) {
      before = start.continuedExecutionRunId ?? '';
      const { plan, input } = (await decodeFirst(client, start.input?.payloads)) as RunInput;
      record.started ??= { plan, input: await record.read(input) };
    }
    noteSubPlan(event, record);
    await noteCallEvent(client, event, open, record);
    record.result ??= await readRunResult(client, event);
  }
  return before;
}

function noteSubPlan(event: HistoryEvent, { id, subPlans, undoneSubPlans }: RunRecord): void {
  const initiated = event.startChildWorkflowExecutionInitiatedEventAttributes;
  const started = event.childWorkflowExecutionStartedEventAttributes;
  if ((initiated ?? started)?.workflowType?.name !== ORCHESTRATE) return;
  const workflowId = initiated?.workflowId ?? started?.workflowExecution?.workflowId ?? '';
  const [work = '', suffix = ''] = workflowId.slice(id.length + 1).split(':');
  (isUndoing(suffix) ? undoneSubPlans : subPlans).set(work, started?.workflowExecution?.runId ?? undefined);
}

async function noteCallEvent(
  client: TemporalClient,
  event: HistoryEvent,
  open: OpenCalls,
  record: RunRecord,
): Promise<void> {
  const { activityTaskScheduledEventAttributes: scheduled, activityTaskCompletedEventAttributes: completed } = event;
  if (scheduled?.activityType?.name === 'callAgent') {
    // The input counts, not how the run carried it.
    const request = (await record.read(await decodeFirst(client, scheduled.input?.payloads))) as CallRequest;
    const suffix = suffixOf(scheduled.activityId ?? '');
    if (isUndoing(suffix)) record.undone.add(itemName(request.task, request.item));
    else open.set(String(event.eventId), { ...request, suffix });
  }
  const scheduledId = String(completed?.scheduledEventId);
  const request = open.get(scheduledId);
  if (request === undefined) return;
  open.delete(scheduledId);
  const reply = (await decodeFirst(client, completed?.result?.payloads)) as CallReply;
  const { task, item, suffix } = request;
  const key = fingerprint({ ...request, version: reply.version });
  record.answered.set(key, { work: itemName(task, item), suffix, reply });
  record.bytes += completed?.result?.payloads?.[0]?.data?.length ?? 0;
}

/** The result of a run: the value of the Workflow, the detail of its failure, or a memo. */
async function readRunResult(client: TemporalClient, event: HistoryEvent): Promise<RunResult | undefined> {
  const failed = event.workflowExecutionFailedEventAttributes?.failure?.applicationFailureInfo;
  const memo = event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields?.[RESULT_MEMO];
  const payloads =
    event.workflowExecutionCompletedEventAttributes?.result?.payloads ??
    (failed?.type === 'RunFailed' ? failed.details?.payloads : undefined) ??
    (memo == null ? undefined : [memo]);
  return payloads == null ? undefined : ((await decodeFirst(client, payloads)) as RunResult);
}
