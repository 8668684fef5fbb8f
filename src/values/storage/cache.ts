// What a process remembers of stored values: the bytes that were used last, and which values it has just stored.
import { LRUCache } from 'lru-cache';

/** Enough for a fan-out that gives the same input to many calls; a small part of what a worker may use. */
const MAX_BYTES = 64 * 1024 * 1024;

/** For this long a value that was stored is not stored again. A sweep spares values for much longer. */
export const STORED_FOR_MS = 60_000;
const MAX_STORED = 10_000;

export interface ValueCache {
  /** Keys are hashes, or the names of places with hashes. */
  readonly bytes: LRUCache<string, Uint8Array>;
  readonly stored: LRUCache<string, true>;
}

export const createValueCache = (maxBytes = MAX_BYTES): ValueCache => ({
  bytes: new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ length }) => Math.max(1, length) }),
  stored: new LRUCache({ max: MAX_STORED, ttl: STORED_FOR_MS }),
});
