import type { FailureType } from '../domain/failure.js';

export interface AgentErrorOptions {
  /** What kind of failure it is; the failure table says whether another attempt may help. */
  readonly type?: FailureType;
  /** Short for `type: 'AgentFailed'` (true, and the default) or `type: 'AgentRefused'` (false); `type` wins. */
  readonly retryable?: boolean;
  /** Milliseconds before which another attempt is pointless; at most an hour is honoured. */
  readonly retryAfterMs?: number;
  /** JSON for programs; people get the message. */
  readonly details?: unknown;
  readonly cause?: unknown;
}

/** What an agent throws to say how it failed. Any other error counts as `AgentFailed`: worth another attempt. */
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
