// The calls and sub-plans of a run, as its history has them. The server keeps the times of the last attempt of a call only; how many
// came before is known from its number.
import type { Client } from '@temporalio/client';
import type { ProtoFailure } from '@temporalio/common';
import { parseCallName } from '../../domain/call/name.js';
import { ORCHESTRATE } from '../../domain/run/input.js';
import { failureMessage, type HistoryEvent } from '../../temporal/history.js';

export type CallStatus = 'waiting' | 'running' | 'succeeded' | 'failed' | 'cancelled';

type EventId = HistoryEvent['eventId'];
type Payloads = NonNullable<HistoryEvent['activityTaskCompletedEventAttributes']>['result'];

/** Times are in milliseconds since 1970. */
export interface CallRecord {
  /** `scan`, `analyze[7]`, `analyze[7]:fallback`. */
  readonly name: string;
  readonly task: string;
  readonly item?: number | undefined;
  readonly suffix?: string | undefined;
  /** The id of the run of a sub-plan; absent for a call of an agent. */
  readonly subRun?: string;
  readonly scheduledAt: number;
  readonly input?: Payloads;
  /** Of the last attempt. */
  startedAt?: number;
  endedAt?: number;
  attempts: number;
  status: CallStatus;
  failure?: string;
  output?: Payloads;
  /** What the last attempt reported of a failure, or its last heartbeat: both have the attempts before it. */
  notes?: Payloads;
  /** Why the attempt before the last one failed. */
  lastFailure?: ProtoFailure;
}

const ACTIVITIES: ReadonlySet<string | null | undefined> = new Set(['callAgent', 'publish']);

export class CallRecords {
  readonly all: CallRecord[] = [];
  /** The calls of the present execution, by the id of the event that scheduled them. */
  private open = new Map<string, CallRecord>();

  constructor(
    private readonly client: Client,
    private readonly id: string,
  ) {}

  /** Another execution of the chain begins: ids of events start again. */
  nextExecution(): void {
    this.open = new Map();
  }

  async add(event: HistoryEvent): Promise<void> {
    const at = timeOf(event.eventTime);
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled != null && ACTIVITIES.has(scheduled.activityType?.name))
      this.begin(event, { name: scheduled.activityId ?? '', scheduledAt: at, input: scheduled.input });
    const child = event.startChildWorkflowExecutionInitiatedEventAttributes;
    if (child?.workflowType?.name === ORCHESTRATE) {
      const subRun = child.workflowId ?? '';
      this.begin(event, { name: subRun.slice(this.id.length + 1), scheduledAt: at, subRun });
    }
    const started = event.activityTaskStartedEventAttributes;
    const one = this.find(
      started?.scheduledEventId ?? event.childWorkflowExecutionStartedEventAttributes?.initiatedEventId,
    );
    if (one !== undefined)
      Object.assign(one, {
        startedAt: at,
        status: 'running',
        attempts: started?.attempt ?? 1,
        ...(started?.lastFailure == null ? {} : { lastFailure: started.lastFailure }),
      } satisfies Partial<CallRecord>);
    await this.addEnd(event, at);
  }

  private begin(event: HistoryEvent, call: Pick<CallRecord, 'name' | 'scheduledAt' | 'input' | 'subRun'>): void {
    const parsed = parseCallName(call.name);
    if (parsed === undefined) return;
    const { task, index: item, suffix } = parsed;
    const record: CallRecord = { ...call, task, item, suffix, attempts: 0, status: 'waiting' };
    this.all.push(record);
    this.open.set(String(event.eventId), record);
  }

  private async addEnd(event: HistoryEvent, at: number): Promise<void> {
    const completed = event.activityTaskCompletedEventAttributes;
    const failed = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
    const childFailed = event.childWorkflowExecutionFailedEventAttributes;
    const cancelled = event.activityTaskCanceledEventAttributes;
    this.end(completed?.scheduledEventId ?? event.childWorkflowExecutionCompletedEventAttributes?.initiatedEventId, {
      status: 'succeeded',
      endedAt: at,
      output: completed?.result ?? null,
    });
    this.end(
      cancelled?.scheduledEventId ??
        (event.childWorkflowExecutionCanceledEventAttributes ?? event.childWorkflowExecutionTerminatedEventAttributes)
          ?.initiatedEventId,
      { status: 'cancelled', endedAt: at, ...notesIn(cancelled?.details) },
    );
    const failure = failed?.failure ?? childFailed?.failure;
    if (failed == null && childFailed == null) return;
    this.end(failed?.scheduledEventId ?? childFailed?.initiatedEventId, {
      status: 'failed',
      endedAt: at,
      failure: failure == null ? 'no answer in time' : await failureMessage(this.client, failure),
      ...notesIn(failure?.applicationFailureInfo?.details ?? failure?.timeoutFailureInfo?.lastHeartbeatDetails),
    });
  }

  private find(scheduledId: EventId): CallRecord | undefined {
    return scheduledId == null ? undefined : this.open.get(scheduledId.toString());
  }

  private end(scheduledId: EventId, end: Partial<CallRecord>): void {
    const call = this.find(scheduledId);
    if (call === undefined || scheduledId == null) return;
    Object.assign(call, end);
    this.open.delete(scheduledId.toString());
  }
}

const notesIn = (notes: Payloads): Pick<CallRecord, 'notes'> => (notes == null ? {} : { notes });

const timeOf = (time: HistoryEvent['eventTime']): number =>
  Number(time?.seconds ?? 0) * 1_000 + Math.floor((time?.nanos ?? 0) / 1e6);
