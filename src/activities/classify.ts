// The one classifier: whatever went wrong in a call becomes a failure with a type from the failure table. Nothing else
// makes one. Sizes are bounded here, since a failure too large for the server is a retry for ever.
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { CallFailureDetail, Usage } from '../domain/call.js';
import { isFailureType, isRetryable, isUncounted, type FailureType } from '../domain/failure.js';
import { DEFAULT_RETRY, fullJitterMs, type RetryPolicy } from '../domain/retry.js';
import { AgentError } from './agent-error.js';
import { boundedError, boundedText, messageOf } from './bounded-error.js';
import { jsonText } from './json-value.js';

/** An agent that wants to be left alone for longer than an hour is down; that is for the retry policy to say. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/** The server takes a delay of zero to mean that there is no next attempt. */
const MIN_DELAY_MS = 1;

/** Details are for a program to branch on, and travel in the history with every failure. */
const MAX_DETAILS_BYTES = 64 * 1024;

export interface Circumstances {
  /** Which attempt failed; the first is 1. */
  readonly attempt: number;
  /** No attempt is made after this one, whatever the failure: they are not counted by the server. */
  readonly isLast?: boolean;
  /** A breaker that lets nothing through ends the call. */
  readonly hasFallback?: boolean;
  /** True once the agent was called. */
  readonly began: boolean;
  readonly usage: Usage;
  readonly retry?: RetryPolicy;
  /** Uniform in [0, 1). */
  readonly random: number;
}

interface Cause {
  readonly type: FailureType;
  readonly retryAfterMs?: number;
  readonly details?: unknown;
}

export function classify(error: unknown, at: Circumstances): ApplicationFailure | CancelledFailure {
  const { type, retryAfterMs, details } = causeOf(error);
  const message = boundedText(messageOf(error));
  const detail = detailOf(error, { type, details }, at);
  const cause = error instanceof Error ? boundedError(error) : undefined;
  if (type === 'Cancelled') return new CancelledFailure(message, [detail], cause);
  const nonRetryable = isEnd(type, at);
  const delayMs =
    retryAfterMs === undefined || Number.isNaN(retryAfterMs)
      ? fullJitterMs(at.retry ?? DEFAULT_RETRY, at.attempt, at.random)
      : Math.min(Math.ceil(retryAfterMs), MAX_RETRY_AFTER_MS);
  return ApplicationFailure.create({
    message,
    type,
    nonRetryable,
    details: [detail],
    ...(nonRetryable ? {} : { nextRetryDelay: Math.max(MIN_DELAY_MS, delayMs) }),
    ...(cause === undefined ? {} : { cause }),
  });
}

function isEnd(type: FailureType, { isLast = false, hasFallback = false }: Circumstances): boolean {
  if (isUncounted(type)) return type === 'BreakerOpen' && hasFallback;
  return isLast || !isRetryable(type);
}

export const failureTypeOf = (error: unknown): FailureType => causeOf(error).type;

function causeOf(error: unknown): Cause {
  if (error instanceof AgentError) return error;
  // Agents that know Temporal may throw its own failure.
  if (error instanceof ApplicationFailure) {
    const fallback = error.nonRetryable === true ? 'AgentRefused' : 'AgentFailed';
    const after = typeof error.nextRetryDelay === 'number' ? { retryAfterMs: error.nextRetryDelay } : {};
    return { type: isFailureType(error.type) ? error.type : fallback, details: error.details?.[0], ...after };
  }
  return { type: 'AgentFailed' };
}

function detailOf(
  error: unknown,
  { type, details }: Cause,
  { attempt, began, usage }: Circumstances,
): CallFailureDetail {
  const beneath = error instanceof Error && error.cause !== undefined ? boundedText(messageOf(error.cause)) : undefined;
  return {
    // What was turned away was none.
    attempts: isUncounted(type) ? attempt - 1 : attempt,
    began,
    usage,
    ...(beneath === undefined || beneath === '' ? {} : { cause: beneath }),
    ...(details === undefined ? {} : { details: boundedDetails(details) }),
  };
}

function boundedDetails(details: unknown): unknown {
  const json = jsonText(details, 'details');
  if (!json.ok) return { left: json.problem };
  if (json.bytes > MAX_DETAILS_BYTES) {
    return { left: `details: expected at most ${MAX_DETAILS_BYTES} bytes of JSON, got ${json.bytes}` };
  }
  const plain: unknown = JSON.parse(json.text);
  return plain;
}
