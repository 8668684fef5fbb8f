// Replaces secrets in an error: in all of it that Temporal sends, or that is made from it. The error itself is not changed: an agent
// may throw the same one again.
import { ApplicationFailure } from '@temporalio/common';
import { defined } from '../../domain/json/defined.js';
import type { FixedRedactor } from './redactor.js';
import { AgentError } from '../errors/agent-error.js';
import { messageOf } from '../errors/truncate-error.js';
import { redactValue } from './redact-value.js';

/** Chains of causes may be circular. What is deeper is left out. */
const MAX_CAUSES = 5;

/** A copy of what was thrown, without secrets. Texts are not cut before: half a secret would not be found. */
export function redactError(thrown: unknown, redactor: Pick<FixedRedactor, 'redact'>, depth = MAX_CAUSES): unknown {
  if (!(thrown instanceof Error)) return redactValue(thrown, redactor);
  const message = redactor.redact(messageOf(thrown));
  const cause = thrown.cause === undefined || depth === 0 ? undefined : redactError(thrown.cause, redactor, depth - 1);
  const copy = copyOf(thrown, message, cause, redactor);
  if (thrown.stack !== undefined) copy.stack = redactor.redact(thrown.stack);
  return copy;
}

function copyOf(error: Error, message: string, cause: unknown, redactor: Pick<FixedRedactor, 'redact'>): Error {
  if (error instanceof AgentError) {
    const { type, retryAfterMs, details } = error;
    return new AgentError(message, {
      type,
      ...defined({ retryAfterMs, cause }),
      ...(details === undefined ? {} : { details: redactValue(details, redactor) }),
    });
  }
  if (error instanceof ApplicationFailure) {
    const { type, nonRetryable, details } = error;
    const delay: unknown = error.nextRetryDelay;
    return ApplicationFailure.create({
      message,
      ...defined({ type: type ?? undefined }),
      // Or a text such as "5s": it is passed on as it is.
      ...(delay === undefined || delay === null ? {} : { nextRetryDelay: delay as number }),
      nonRetryable: nonRetryable === true,
      details: (details ?? []).map((detail) => redactValue(detail, redactor)),
      ...(cause instanceof Error ? { cause } : {}),
    });
  }
  const copy = new Error(message, cause === undefined ? undefined : { cause });
  copy.name = redactor.redact(error.name);
  return copy;
}
