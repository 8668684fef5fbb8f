// The activity `publish`: publishes one event to a broker of the worker, and reports a failure as calls of agents do.
import { Context } from '@temporalio/activity';
import type { QueueReply } from '../domain/agent/agent.js';
import { BrokerError } from '../domain/event/broker-error.js';
import { STRUCTURED_TYPE } from '../domain/event/cloud-event.js';
import { publishedEvent, PublishRequest, type PublishReply } from '../domain/event/published-event.js';
import { writeDuration } from '../domain/duration.js';
import { NO_USAGE } from '../domain/call/usage.js';
import { AgentError } from './errors/agent-error.js';
import { classify, failureTypeOf } from './errors/classify.js';
import { cancelReason } from './call-agent/run-in-time.js';
import type { ReadReferences } from './read-references.js';
import { messageOf } from './errors/truncate-error.js';
import { isUnanswered } from '../domain/failure.js';
import { taskCorrelation } from './trace/correlation.js';
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

/** What an attempt leaves to the next one: the first attempt that was not confirmed, in words. */
interface Notes {
  readonly unconfirmed?: string;
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
    const beat = setInterval(() => context.heartbeat(notes), HEARTBEAT_MS);
    try {
      await publishInTime(request, publishing, context, tracing);
      return { output: { id: request.idempotencyKey }, attempts: attempt };
    } catch (thrown) {
      const error = asFailure(thrown);
      const isOpen = isUnanswered(failureTypeOf(error)) || failureTypeOf(error) === 'Cancelled';
      const now = isOpen ? `attempt ${attempt} was not confirmed: ${messageOf(error)}` : undefined;
      const unanswered = notes.unconfirmed ?? now;
      context.heartbeat(unanswered === undefined ? {} : { unconfirmed: unanswered });
      throw classify(error, {
        ...{ attempt, began: isOpen, usage: NO_USAGE, retry: request.retry, random: random() },
        ...(unanswered === undefined ? {} : { unanswered }),
        isLast: attempt >= request.retry.attempts,
      });
    } finally {
      clearInterval(beat);
    }
  };

async function publishInTime(
  request: PublishRequest,
  publishing: Publishing | undefined,
  context: Context,
  tracing: Tracing | undefined,
): Promise<void> {
  const { broker, to, key, timeoutMs } = request;
  if (publishing?.brokers.includes(broker) !== true) throw brokerNotHere(broker, publishing?.brokers ?? []);
  const time = new Date(context.info.scheduledTimestampMs).toISOString();
  const correlation = taskCorrelation(request, tracing);
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
