// The activity `publish`: publishes one event to a broker of the worker, and reports a failure as calls of agents do.
import { Context } from '@temporalio/activity';
import type { QueueReply } from '../domain/agent/agent.js';
import { BrokerError } from '../domain/event/broker-error.js';
import { STRUCTURED_TYPE } from '../domain/event/cloud-event.js';
import { publishedEvent, PublishRequest, type PublishReply } from '../domain/event/published-event.js';
import { defined } from '../domain/json/defined.js';
import type { AttemptTiming } from '../domain/trace/record.js';
import { writeDuration } from '../domain/duration.js';
import { NO_USAGE } from '../domain/call/usage.js';
import { AgentError } from './errors/agent-error.js';
import { classify, failureTypeOf } from './errors/classify.js';
import { cancelReason } from './call-agent/run-in-time.js';
import type { ReadReferences } from './read-references.js';
import { messageOf } from './errors/truncate-error.js';
import { isUnanswered } from '../domain/failure.js';
import { Timings } from './call-agent/timings.js';
import { attemptCorrelation, type OutgoingCorrelation } from './trace/correlation.js';
import type { Tracing } from './trace/tracing.js';

/** The message of `events/broker.ts`. */
interface Message {
  readonly id: string;
  readonly key: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** How activities publish, and send requests. Both throw a BrokerError. */
export interface Publishing {
  /** The names of the brokers. */
  readonly brokers: readonly string[];
  /** Part of the `source` of each event. */
  readonly project: string;
  publish(this: void, broker: string, to: string, message: Message): Promise<void>;
  /** The URL of a broker, with its password. */
  url?(this: void, broker: string): Promise<string>;
  /** Resolves with the reply. Absent: the worker sends no requests. */
  request?(this: void, broker: string, to: string, message: Message, signal: AbortSignal): Promise<QueueReply>;
}

/** Shorter than the heartbeat timeout, so that a cancellation comes soon. */
const HEARTBEAT_MS = 3_000;

/** What an attempt leaves to the next one. */
interface Notes {
  /** The first attempt that was not confirmed, in words. */
  readonly unconfirmed?: string;
  /** The attempts so far. */
  readonly timings?: readonly AttemptTiming[];
}

export interface PublishDeps {
  readonly publishing?: Publishing;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly tracing?: Tracing | undefined;
  readonly readReferences: ReadReferences;
}

export const createPublish =
  ({ publishing, random = Math.random, tracing, readReferences }: PublishDeps) =>
  async (raw: PublishRequest): Promise<PublishReply> => {
    const context = Context.current();
    const { attempt } = context.info;
    const request = PublishRequest.parse(await readReferences(raw, context.cancellationSignal));
    const notes = (context.info.heartbeatDetails ?? {}) as Notes;
    const timings = openTimings(request, context, notes);
    const { unconfirmed: before } = notes;
    const beatWith = (unconfirmed: string | undefined) =>
      context.heartbeat(defined({ unconfirmed, timings: timings.noted() }));
    const beat = setInterval(() => beatWith(before), HEARTBEAT_MS);
    try {
      const correlation = attemptCorrelation(request, timings.number, tracing);
      timings.begin();
      await publishInTime(request, publishing, context, correlation);
      timings.end();
      const own = defined({ timings: timings.reported() });
      return { output: { id: request.idempotencyKey }, attempts: attempt, ...own };
    } catch (thrown) {
      const error = asFailure(thrown);
      timings.end(failureTypeOf(error), messageOf(error));
      const isOpen = isUnanswered(failureTypeOf(error)) || failureTypeOf(error) === 'Cancelled';
      const now = isOpen ? `attempt ${attempt} was not confirmed: ${messageOf(error)}` : undefined;
      const unanswered = before ?? now;
      beatWith(unanswered);
      throw classify(error, {
        ...{ attempt, began: isOpen, usage: NO_USAGE, retry: request.retry, random: random() },
        ...defined({ unanswered, timings: timings.reported() }),
        isLast: attempt >= request.retry.attempts,
      });
    } finally {
      clearInterval(beat);
    }
  };

function openTimings({ trace }: PublishRequest, { info }: Context, { timings: noted = [] }: Notes): Timings {
  const { attempt, scheduledTimestampMs: firstMs, currentAttemptScheduledTimestampMs: lostMs } = info;
  const timings = new Timings(noted, { before: attempt - 1, firstMs, lostMs });
  timings.isTraced = trace !== undefined;
  return timings;
}

async function publishInTime(
  request: PublishRequest,
  publishing: Publishing | undefined,
  context: Context,
  correlation: OutgoingCorrelation,
): Promise<void> {
  const { broker, to, key, timeoutMs } = request;
  if (publishing?.brokers.includes(broker) !== true) throw brokerNotHere(broker, publishing?.brokers ?? []);
  const time = new Date(context.info.scheduledTimestampMs).toISOString();
  const event = publishedEvent(request, { project: publishing.project, time, correlation });
  const sending = publishing.publish(broker, to, {
    ...{ id: request.idempotencyKey, key, headers: {}, contentType: STRUCTURED_TYPE },
    body: Buffer.from(JSON.stringify(event)),
  });
  // It may end after the attempt has been given up.
  sending.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  let onCancel: (() => void) | undefined;
  const { cancellationSignal } = context;
  try {
    await Promise.race([
      sending,
      new Promise<never>((_, reject) => {
        const late = `broker "${broker}" did not confirm the message within ${writeDuration(timeoutMs)}`;
        timer = setTimeout(
          () => reject(new AgentError(late, { type: 'NotConfirmed' })),
          Math.min(timeoutMs, 2 ** 31 - 1),
        );
        onCancel = () => reject(cancelReason(`"${broker}"`, context));
        if (cancellationSignal.aborted) onCancel();
        else cancellationSignal.addEventListener('abort', onCancel, { once: true });
      }),
    ]);
  } finally {
    clearTimeout(timer);
    if (onCancel !== undefined) cancellationSignal.removeEventListener('abort', onCancel);
  }
}

function asFailure(error: unknown): unknown {
  if (error instanceof AgentError) return error;
  if (error instanceof BrokerError) {
    const type = error.isPermanent ? 'PublishRefused' : error.isUnsent ? 'PublishFailed' : 'NotConfirmed';
    return new AgentError(error.message, { type, cause: error.cause });
  }
  return new AgentError(messageOf(error), { type: 'NotConfirmed', cause: error });
}

export function brokerNotHere(broker: string, known: readonly string[]): AgentError {
  const has = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
  const message = `the worker that received the task has no broker "${broker}": ${has}; add it to "brokers" of its configuration, and restart the worker`;
  return new AgentError(message, { type: 'BrokerNotHere' });
}
