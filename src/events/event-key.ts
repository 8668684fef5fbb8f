// The key of an event for a subscription: the id of its run if the subscription gives none, and the id under which a run receives it.
import { createHash } from 'node:crypto';
import type { CloudEvent } from '../domain/event/cloud-event.js';

/** Longer keys are hashed: ids of events that a run receives may have 200 characters. */
const MAX_KEY = 200;

/** Others have a meaning in ids of runs ("/"), or are hard to type. */
const PLAIN = /^[A-Za-z0-9._~@+=-]+$/;

/** 128 bits: no two events collide by chance. */
const HASH_DIGITS = 32;

/** The same for each delivery of an event; `undefined` for an event without an id. */
export function eventKey(subscription: string, { id, source }: Pick<CloudEvent, 'id' | 'source'>): string | undefined {
  if (id === undefined) return undefined;
  const key = `${subscription}:${source}:${id}`;
  if (PLAIN.test(source) && PLAIN.test(id) && key.length <= MAX_KEY) return key;
  return `${subscription}:${hashOf([source, id])}`;
}

export const hashOf = (parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, HASH_DIGITS);
