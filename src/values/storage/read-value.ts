// Reads a stored value, from this process's own storage or from the directory that its reference names, and verifies them.
import type { Payload } from '@temporalio/common';
import { rememberRead, type ValueCache } from './cache.js';
import { claimText, type Claim } from './claim.js';
import { directoryStore } from './directory.js';
import { StorageUnavailableError, ValueLostError } from './errors.js';
import { payloadOf, sha256 } from './payload-bytes.js';
import { awayOf, reasonOf, tryStorage, type Health, type StorageLog } from './retry.js';
import type { ValueStore } from './store.js';

export type ReadValue = (claim: Claim, signal: AbortSignal | undefined) => Promise<Payload>;

interface Source {
  readonly store: ValueStore;
  readonly health: Health;
}

export function createReadValue(own: Source | undefined, cache: ValueCache, log: StorageLog | undefined): ReadValue {
  const others = new Map<string, Source>();
  const otherAt = (directory: string): Source => {
    const found = others.get(directory);
    if (found !== undefined) return found;
    const store = directoryStore(directory, { create: false });
    const made = { store, health: { isAway: false, place: store.place, log } };
    others.set(directory, made);
    return made;
  };
  const sourceOf = async (claim: Claim, signal: AbortSignal | undefined): Promise<Source> => {
    if (own !== undefined && (await use(own, claim, signal, own.store.id)) === claim.storage) return own;
    if (claim.directory !== undefined) {
      const other = otherAt(claim.directory);
      const id = await other.store.id().catch((error: unknown) => noAccess(claim, own, reasonOf(error)));
      if (id === claim.storage) return other;
    }
    return noAccess(claim, own);
  };
  return async (claim, signal) => {
    const cached = cache.payloads.get(claim.hash);
    if (cached !== undefined) return cached;
    const bytes = await readFrom(claim, () => sourceOf(claim, signal), signal);
    if (bytes === undefined) {
      throw new ValueLostError(`${claimText(claim)} does not exist: it was deleted, or swept too early`);
    }
    const hash = await sha256([bytes]);
    if (hash !== claim.hash) {
      throw new ValueLostError(
        `${claimText(claim)} has been changed: expected that hash, got ${hash} (${bytes.length} bytes)`,
      );
    }
    const payload = payloadOf(bytes);
    rememberRead(cache, hash, payload);
    return payload;
  };
}

async function readFrom(
  claim: Claim,
  find: () => Promise<Source>,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const source = await find();
  return await use(source, claim, signal, () => source.store.get(claim.key));
}

async function use<T>(
  { health }: Source,
  claim: Claim,
  signal: AbortSignal | undefined,
  request: () => Promise<T>,
): Promise<T> {
  try {
    return await tryStorage(health, signal, request);
  } catch (error) {
    throw new StorageUnavailableError(`${claimText(claim)} cannot be read: ${reasonOf(error)}`, awayOf(health), error);
  }
}

function noAccess(claim: Claim, own: Source | undefined, why?: string): never {
  const setting =
    claim.directory === undefined
      ? `storage: { s3: … } for ${claim.place}`
      : `storage: { dir: … } for the directory ${claim.place}`;
  const has = own === undefined ? 'it has no storage' : `its storage is ${own.store.place}`;
  throw new StorageUnavailableError(
    `${claimText(claim)} cannot be read by this process: ${has}${why === undefined ? '' : `, and ${why}`}; give all workers and clients the same ${setting}`,
    { storage: claim.place },
  );
}
