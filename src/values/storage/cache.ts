// What a process remembers of stored values: the payloads that were used last, and which values it has just stored.
import type { Payload } from '@temporalio/common';
import { LRUCache } from 'lru-cache';

/** Enough for a fan-out that gives the same input to many calls; a small part of what a worker may use. */
const MAX_BYTES = 64 * 1024 * 1024;

/** For this long a value that was stored is not stored again. A sweep spares values for much longer. */
export const STORED_FOR_MS = 60_000;
const MAX_STORED = 10_000;

export interface ValueCache {
  /** By the hash of their bytes. */
  readonly payloads: LRUCache<string, Payload>;
  readonly stored: LRUCache<string, true>;
}

export const createValueCache = (maxBytes = MAX_BYTES): ValueCache => ({
  payloads: new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ data }) => Math.max(1, data?.length ?? 0) }),
  stored: new LRUCache({ max: MAX_STORED, ttl: STORED_FOR_MS }),
});
