// The one classifier: every error of a call becomes a failure with a type from the failure table, and no other activity code
// makes such failures. Texts and details are cut to size here, because a failure that is too large for the server would be retried for ever.
import { defined } from '../../domain/json/defined.js';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { msOptionalToNumber } from '@temporalio/common/lib/time.js';
import type { CallFailureDetail } from '../../domain/call/request.js';
import type { Usage } from '../../domain/call/usage.js';
import type { AttemptTiming } from '../../domain/trace/record.js';
import { isFailureType, isRetryable, isUncounted, type FailureType } from '../../domain/failure.js';
import { DEFAULT_RETRY, fullJitterMs, usableRetryAfterMs, type RetryPolicy } from '../../domain/call/retry.js';
import { AgentError } from './agent-error.js';
import { HandedOverError } from './handed-over.js';
import { messageOf, truncateError, truncateText } from './truncate-error.js';
import { jsonText } from './json-text.js';

/** The server reads a delay of zero as: there is no next attempt. */
const MIN_DELAY_MS = 1;

/** Details are for programs to branch on; each failure in the history carries them. */
const MAX_DETAILS_BYTES = 64 * 1024;

/** What is known of the call when it fails. */
export interface FailedAttempt {
  /** The number of the attempt that failed; the first is 1. */
  readonly attempt: number;
  /** No attempt follows this one, whatever the failure. The worker must know it: the server does not count these attempts. */
  readonly isLast?: boolean;
  /** The time limit of a wait that uses no attempt is over. */
  readonly isOver?: boolean;
  /** An open circuit breaker ends the call, because a fallback follows. */
  readonly hasFallback?: boolean;
  /** True once the agent was called. */
  readonly began: boolean;
  /** This was not an attempt: all allowed attempts have been made, and the last was lost before it could report its failure. */
  readonly isAfterLast?: boolean;
  /** The first attempt so far that got no answer, in words. */
  readonly unanswered?: string | undefined;
  readonly usage: Usage;
  /** Of a traced call, and of one that was attempted several times: its attempts. */
  readonly timings?: readonly AttemptTiming[] | undefined;
  readonly retry?: RetryPolicy;
  /** Uniform in [0, 1). */
  readonly random: number;
}

interface FailureFacts {
  readonly type: FailureType;
  readonly retryAfterMs?: number;
  readonly details?: unknown;
}

export function classify(error: unknown, at: FailedAttempt): ApplicationFailure | CancelledFailure {
  const { type, retryAfterMs, details } = failureFacts(error);
  const message = truncateText(messageOf(error));
  const usesNone = usesNoAttempt(error);
  const detail = failureDetail(error, details, { ...at, usesNone });
  const cause = error instanceof Error ? truncateError(error) : undefined;
  if (type === 'Cancelled') return new CancelledFailure(message, [detail], cause);
  const nonRetryable = endsCall(type, { ...at, usesNone });
  const delayMs = usableRetryAfterMs(retryAfterMs) ?? fullJitterMs(at.retry ?? DEFAULT_RETRY, at.attempt, at.random);
  return ApplicationFailure.create({
    message,
    type,
    nonRetryable,
    details: [detail],
    ...(nonRetryable ? {} : { nextRetryDelay: Math.max(MIN_DELAY_MS, delayMs) }),
    ...defined({ cause }),
  });
}

/** True if the failed attempt does not count against the attempts that the retry policy allows. */
export const usesNoAttempt = (error: unknown): boolean =>
  error instanceof HandedOverError || isUncounted(failureTypeOf(error));

type EndedAttempt = FailedAttempt & { readonly usesNone: boolean };

function endsCall(type: FailureType, at: EndedAttempt): boolean {
  const { usesNone, isLast = false, isOver = false, hasFallback = false } = at;
  if (usesNone) return (type === 'BreakerOpen' && hasFallback) || isOver;
  return isLast || !isRetryable(type);
}

export const failureTypeOf = (error: unknown): FailureType => failureFacts(error).type;

function failureFacts(error: unknown): FailureFacts {
  if (error instanceof AgentError) return error;
  // An agent may throw a failure of Temporal's own.
  if (error instanceof ApplicationFailure) {
    const fallback = error.nonRetryable === true ? 'AgentRefused' : 'AgentFailed';
    const after = requestedDelayMs(error);
    return {
      type: isFailureType(error.type) ? error.type : fallback,
      details: error.details?.[0],
      ...defined({ retryAfterMs: after }),
    };
  }
  return { type: 'AgentFailed' };
}

/** The delay may be a number of milliseconds, or a text such as "5s". If it cannot be read, it counts as absent. */
function requestedDelayMs({ nextRetryDelay }: ApplicationFailure): number | undefined {
  try {
    return msOptionalToNumber(nextRetryDelay ?? undefined);
  } catch {
    return undefined;
  }
}

function failureDetail(
  error: unknown,
  details: unknown,
  { attempt, began, usage, unanswered, timings, isAfterLast = false, usesNone }: EndedAttempt,
): CallFailureDetail {
  const cause = error instanceof Error && error.cause !== undefined ? truncateText(messageOf(error.cause)) : undefined;
  return {
    // A call that was turned away, or came after the last attempt, was not an attempt.
    attempts: usesNone || isAfterLast ? attempt - 1 : attempt,
    began,
    usage,
    ...(cause === undefined || cause === '' ? {} : { cause }),
    ...(details === undefined ? {} : { details: truncateDetails(details) }),
    ...defined({ unanswered, timings }),
    ...(isAfterLast ? { lost: true as const } : {}),
  };
}

/** The details as plain JSON; if they are not JSON, or too large, the problem takes their place. */
function truncateDetails(details: unknown): unknown {
  const json = jsonText(details, 'details');
  if (!json.ok) return { left: json.problem };
  if (json.bytes > MAX_DETAILS_BYTES) {
    return { left: `details: expected at most ${MAX_DETAILS_BYTES} bytes of JSON, got ${json.bytes}` };
  }
  const plain: unknown = JSON.parse(json.text);
  return plain;
}
