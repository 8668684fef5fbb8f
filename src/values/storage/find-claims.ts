// Finds the references to stored values in a message of the server, whatever its type: payloads that are stored, and outputs of agents
// that a payload refers to. A stored payload may refer to others.
import type { Payload } from '@temporalio/common';
import { decodeReferencePayload, isReferencePayload } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { claimsIn, readClaim } from './claim.js';

export interface Found {
  /** The keys of all stored values. */
  readonly keys: Set<string>;
  /** By key, the claims of those that refer to others. */
  readonly referring: Map<string, Record<string, string>>;
}

export const nothingFound = (): Found => ({ keys: new Set(), referring: new Map() });

/** Adds the stored values that a decoded message refers to. Throws if a reference of Baton cannot be read. */
export function findClaims(message: unknown, found: Found): void {
  if (typeof message !== 'object' || message === null || message instanceof Uint8Array) return;
  if (isPayload(message)) {
    if (isReferencePayload(message)) {
      const { driverName, claimData } = decodeReferencePayload(message);
      if (driverName === 'baton') addClaim(claimData, found);
    } else for (const claim of claimsIn(message)) addClaim(claim, found);
    return;
  }
  for (const value of Object.values(message)) findClaims(value, found);
}

const isPayload = (message: object): message is Payload =>
  'metadata' in message && 'data' in message && message.data instanceof Uint8Array;

function addClaim(data: Readonly<Record<string, string>>, { keys, referring }: Found): void {
  const claim = readClaim(data);
  // What is not understood might be needed.
  if (claim === undefined) throw new Error(`expected a reference to a stored value, got ${JSON.stringify(data)}`);
  if (!keys.has(claim.key) && claim.references !== undefined) referring.set(claim.key, { ...data });
  keys.add(claim.key);
}
