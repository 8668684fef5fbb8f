// What the Workflow of one cached answer is started with.

/** The name under which the Workflow is registered: it is history, and never changes. */
export const CACHED_REPLY = 'cachedReply';

export interface CachedReply {
  readonly output: unknown;
  /** Milliseconds until it ends. */
  readonly ttlMs: number;
}
