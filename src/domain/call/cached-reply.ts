// The input of the Workflow that holds one cached answer.

/** The name of the Workflow. It is part of histories, so it never changes. */
export const CACHED_REPLY = 'cachedReply';

export interface CachedReply {
  readonly output: unknown;
  /** Milliseconds until the Workflow ends, and the answer with it. */
  readonly ttlMs: number;
}
