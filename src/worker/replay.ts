// Replays histories with the Workflow code of this package, and finds the event at which a history would break.
import type { DataConverter } from '@temporalio/common';
import proto, { type temporal } from '@temporalio/proto';
import { Worker, type ReplayWorkerOptions, type WorkflowBundleOption } from '@temporalio/worker';
import { workflowCode } from './workflow-code.js';

const { EventType } = proto.temporal.api.enums.v1;

export type History = temporal.api.history.v1.IHistory;
type Event = NonNullable<History['events']>[number];

export interface ReadableHistory {
  readonly workflowId: string;
  readonly history: History;
}

/** What keeps a history from being continued by this code. */
export interface Break {
  /** The event that the code does not agree with; `null` if the history itself cannot be used. */
  readonly event: { readonly id: number; readonly type: string } | null;
  readonly reason: string;
}

export interface Replayed {
  readonly workflowId: string;
  /** The id of the execution; `''` if the history does not have it. */
  readonly runId: string;
  /** Absent if the history replays. */
  readonly broken?: Break;
}

export interface ReplayOptions {
  readonly dataConverter?: DataConverter;
  readonly isEncrypted?: boolean;
  /** Default: the Workflow code of this package. */
  readonly workflowBundle?: WorkflowBundleOption;
}

/** Replays one history after the other. */
export async function* replayAll(
  histories: AsyncIterable<ReadableHistory>,
  { dataConverter, isEncrypted = false, workflowBundle }: ReplayOptions = {},
): AsyncGenerator<Replayed> {
  const options = {
    ...(await workflowCode(workflowBundle, { isEncrypted })),
    ...(dataConverter === undefined ? {} : { dataConverter }),
  };
  const unusable: Replayed[] = [];
  let current: ReadableHistory | undefined;
  async function* usable(): AsyncGenerator<ReadableHistory> {
    for await (current of histories) {
      const reason = faultOf(current.history);
      if (reason === undefined) yield current;
      else unusable.push({ ...nameOf(current), broken: { event: null, reason } });
    }
  }
  // One history at a time: the next is taken when the result of the last one has been used.
  for await (const { error } of Worker.runReplayHistories(options, usable())) {
    yield* unusable.splice(0);
    if (current === undefined) continue;
    const name = nameOf(current);
    yield error === undefined ? name : { ...name, broken: await findBreak(options, current, error) };
  }
  yield* unusable.splice(0);
}

const nameOf = ({ workflowId, history }: ReadableHistory): Replayed => ({ workflowId, runId: runIdOf(history) });

const runIdOf = ({ events }: History): string =>
  events?.[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? '';

/** A history of which events are missing. One that ends early is that of a run in progress. */
function faultOf({ events }: History): string | undefined {
  const [first] = events ?? [];
  if (first === undefined) return 'the history has no events';
  if (first.workflowExecutionStartedEventAttributes == null || Number(first.eventId) !== 1)
    return 'the history does not begin with the start of the Workflow';
  const gap = events!.findIndex(({ eventId }, at) => Number(eventId) !== at + 1);
  return gap === -1
    ? undefined
    : `the history is not complete: event ${Number(events![gap]!.eventId)} follows event ${Number(events![gap - 1]!.eventId)}`;
}

/** The beginning of a history is a history, too: the shortest one that breaks ends with the event at which it does. */
async function findBreak(
  options: ReplayWorkerOptions,
  { workflowId, history }: ReadableHistory,
  error: unknown,
): Promise<Break> {
  const events = history.events ?? [];
  let [good, bad] = [0, events.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (await replays(options, { workflowId, history: { events: events.slice(0, middle) } })) good = middle;
    else bad = middle;
  }
  return { event: eventName(events[bad - 1]!), reason: reasonOf(error) };
}

async function replays(options: ReplayWorkerOptions, { workflowId, history }: ReadableHistory): Promise<boolean> {
  try {
    await Worker.runReplayHistory(options, history, workflowId);
    return true;
  } catch {
    return false;
  }
}

const eventName = ({ eventId, eventType }: Event): { id: number; type: string } => ({
  id: Number(eventId),
  type: eventTypeName(eventType),
});

/** `ACTIVITY_TASK_SCHEDULED`, as `temporal workflow show` has it: `ActivityTaskScheduled`. */
function eventTypeName(type: Event['eventType']): string {
  const name = typeof type === 'number' ? (EventType[type] ?? String(type)) : String(type);
  return name
    .replace(/^EVENT_TYPE_/, '')
    .toLowerCase()
    .replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The SDK wraps the words of its core twice. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const words = /message: "((?:[^"\\]|\\.)*)"/s.exec(message)?.[1]?.replaceAll('\\"', '"') ?? message;
  return words.replace(/^\[TMPRL1100\] Nondeterminism error: /, '').replace(/\s+/g, ' ');
}
