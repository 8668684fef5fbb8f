// What a process remembers of stored values: the payloads that were used last, and which values it has just stored.
import type { Payload } from '@temporalio/common';
import { LRUCache } from 'lru-cache';

/** Enough for a fan-out that gives the same input to many calls; a small part of what a worker may use. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * A larger payload is the state of a run, as a rule, which its next execution reads once: it is remembered when it is read again. Outputs of
 * agents are remembered by the worker that stores them, whatever their size.
 */
const MOST_AT_ONCE = 8 * 1024 * 1024;
const MAX_READ = 1_000;

/** For this long a value that was stored is not stored again. A sweep spares values for much longer. */
export const STORED_FOR_MS = 60_000;
const MAX_STORED = 10_000;

export interface ValueCache {
  /** By the hash of their bytes. */
  readonly payloads: LRUCache<string, Payload>;
  readonly stored: LRUCache<string, true>;
  /** The hashes of large payloads that were read, and are not remembered. */
  readonly read: LRUCache<string, true>;
}

const isSmall = ({ data }: Payload): boolean => (data?.length ?? 0) <= MOST_AT_ONCE;

export function rememberStored({ payloads }: ValueCache, hash: string, payload: Payload): void {
  if (isSmall(payload)) payloads.set(hash, payload);
}

export function rememberRead({ payloads, read }: ValueCache, hash: string, payload: Payload): void {
  if (isSmall(payload) || read.delete(hash)) payloads.set(hash, payload);
  else read.set(hash, true);
}

export const createValueCache = (maxBytes = MAX_BYTES): ValueCache => ({
  payloads: new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ data }) => Math.max(1, data?.length ?? 0) }),
  stored: new LRUCache({ max: MAX_STORED, ttl: STORED_FOR_MS }),
  read: new LRUCache({ max: MAX_READ }),
});
