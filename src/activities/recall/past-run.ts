// What one run did, read from its histories: its answered calls, what has been undone since, and its sub-plans.
import type { Context } from '@temporalio/activity';
import type { CallReply, CallRequest } from '../../domain/call/request.js';
import { itemName } from '../../domain/call/name.js';
import { ORCHESTRATE, type RunInput } from '../../domain/run/input.js';
import { RESULT_MEMO, type RunResult } from '../../domain/run/result.js';
import { readHistory, decodeFirst, isNotFound, type Execution, type HistoryEvent } from '../../temporal/history.js';
import { fingerprint } from './fingerprint.js';

export type TemporalClient = Context['client'];

export interface PastRun {
  readonly id: string;
  /** What it was started with; absent if the server no longer has its history. */
  readonly started?: Pick<RunInput, 'plan' | 'input'> | undefined;
  /** By fingerprint, without the replies of tasks whose undoing has begun. */
  readonly replies: ReadonlyMap<string, CallReply>;
  /** The tasks and items that had a sub-plan, such as `inner` or `analyze[3]`, without those whose undoing has begun. */
  readonly subPlans: readonly string[];
  /** Those sub-plans that a run of its own has undone, at least in part. */
  readonly undoneSubPlans: ReadonlySet<string>;
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
  started?: PastRun['started'];
  result?: RunResult | undefined;
  readonly answered: Map<string, AnsweredCall>;
  readonly subPlans: Set<string>;
  readonly undoneSubPlans: Set<string>;
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

/** `isUndone`: a run of its own has undone this run, at least in part; the histories of that run are read too. */
export async function readPastRun(client: TemporalClient, id: string, isUndone: boolean): Promise<PastRun> {
  const record: RunRecord = {
    id,
    answered: new Map(),
    subPlans: new Set(),
    undoneSubPlans: new Set(),
    undone: new Set(),
    bytes: 0,
  };
  await readHistories(client, id, record);
  if (isUndone) await readHistories(client, `${id}:${COMPENSATE}`, record);
  const { answered, subPlans, undone, ...rest } = record;
  const kept = [...answered].filter(([, { work, suffix }]) => !(undone.has(work) && hadEffect(suffix)));
  return {
    ...rest,
    replies: new Map(kept.map(([key, { reply }]) => [key, reply])),
    subPlans: [...subPlans].filter((work) => !undone.has(work)),
  };
}

/** False for calls such as a planner's: its answer can be used again even if the work of its plan has been undone. */
const hadEffect = (suffix: string): boolean => WITH_EFFECT.has(suffix);
const WITH_EFFECT: ReadonlySet<string> = new Set(['', 'race', 'vote', 'fallback', 'aggregate']);

/** Reads all histories of a run that the server still has, the latest first. */
async function readHistories(client: TemporalClient, workflowId: string, record: RunRecord): Promise<void> {
  let execution: Execution | undefined = { workflowId };
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

/** Reads one history. Returns the run id of the history before it; empty if it is the first. */
async function readOneHistory(client: TemporalClient, execution: Execution, record: RunRecord): Promise<string> {
  const open: OpenCalls = new Map();
  let before = '';
  for await (const event of readHistory(client, execution)) {
    const { workflowExecutionStartedEventAttributes: start } = event;
    if (start != null) {
      before = start.continuedExecutionRunId ?? '';
      const { plan, input } = (await decodeFirst(client, start.input?.payloads)) as RunInput;
      record.started ??= { plan, input };
    }
    noteSubPlan(event, record);
    await noteCallEvent(client, event, open, record);
    record.result ??= await readRunResult(client, event);
  }
  return before;
}

function noteSubPlan(event: HistoryEvent, { id, subPlans, undoneSubPlans }: RunRecord): void {
  const child = event.startChildWorkflowExecutionInitiatedEventAttributes;
  if (child?.workflowType?.name !== ORCHESTRATE || child.workflowId == null) return;
  const [work = '', suffix = ''] = child.workflowId.slice(id.length + 1).split(':');
  (isUndoing(suffix) ? undoneSubPlans : subPlans).add(work);
}

async function noteCallEvent(
  client: TemporalClient,
  event: HistoryEvent,
  open: OpenCalls,
  record: RunRecord,
): Promise<void> {
  const { activityTaskScheduledEventAttributes: scheduled, activityTaskCompletedEventAttributes: completed } = event;
  if (scheduled?.activityType?.name === 'callAgent') {
    const request = (await decodeFirst(client, scheduled.input?.payloads)) as CallRequest;
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
