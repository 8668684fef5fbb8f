// Finds the references to stored values in a message of the server, whatever its type.
import type { Payload } from '@temporalio/common';
import { decodeReferencePayload, isReferencePayload } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { readClaim } from './claim.js';

/** The keys of the stored values that a decoded message refers to. Throws if a reference of Baton cannot be read. */
export function keysIn(message: unknown, keys: Set<string> = new Set()): Set<string> {
  if (typeof message !== 'object' || message === null || message instanceof Uint8Array) return keys;
  if (isPayload(message)) {
    if (isReferencePayload(message)) addKey(message, keys);
    return keys;
  }
  for (const value of Object.values(message)) keysIn(value, keys);
  return keys;
}

const isPayload = (message: object): message is Payload =>
  'metadata' in message && 'data' in message && message.data instanceof Uint8Array;

function addKey(payload: Payload, keys: Set<string>): void {
  const { driverName, claimData } = decodeReferencePayload(payload);
  if (driverName !== 'baton') return;
  const claim = readClaim(claimData);
  // What is not understood might be needed.
  if (claim === undefined) throw new Error(`expected a reference to a stored value, got ${JSON.stringify(claimData)}`);
  keys.add(claim.key);
}
