// The error that agents throw.
import type { FailureType } from '../../domain/failure.js';

export interface AgentErrorOptions {
  /** The type of the failure, which decides whether there is another attempt: see the failure table, `FAILURES`. */
  readonly type?: FailureType;
  /** Short for `type: 'AgentFailed'` (true, and the default) or `type: 'AgentRefused'` (false); `type` wins. */
  readonly retryable?: boolean;
  /** Milliseconds to wait before the next attempt; at most an hour. */
  readonly retryAfterMs?: number;
  /** JSON for programs to read; the message is for people. */
  readonly details?: unknown;
  readonly cause?: unknown;
}

/** Thrown by an agent to report how it failed. Any other error counts as `AgentFailed`, which is retried. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly type: FailureType;
  readonly retryAfterMs?: number;
  readonly details?: unknown;

  constructor(message: string, options: AgentErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.type = options.type ?? (options.retryable === false ? 'AgentRefused' : 'AgentFailed');
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
    if (options.details !== undefined) this.details = options.details;
  }
}
