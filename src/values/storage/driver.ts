// The driver of Temporal's external storage: large payloads are stored by the hash of their content, and verified when they are read.
// V1. What is in the history names hash, size and place, so that a process that cannot read a value reports which and where.
// V2. Heartbeats are never stored: a heartbeat that cannot be stored would end the whole Worker.
// V3. A value that this process has just stored, or read, needs no request.
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  StorageDriverClaim,
  type Payload,
  type StorageDriver,
  type StorageDriverRetrieveContext,
  type StorageDriverStoreContext,
} from '@temporalio/common';
import { defined } from '../../domain/json/defined.js';
import { rememberStored, type ValueCache } from './cache.js';
import { claimsIn, readClaim, writeClaim } from './claim.js';
import { StorageUnavailableError, ValueNotStoredError } from './errors.js';
import { byteLength, payloadChunks, sha256 } from './payload-bytes.js';
import type { ReadValue } from './read-value.js';
import { awayOf, reasonOf, tryStorage, type Health } from './retry.js';
import { keyOf, type ValueStore } from './store.js';

/** The name is part of every history with a stored value. */
const NAME = 'baton';

export interface DriverDeps {
  /** Absent: values are only read. */
  readonly own: { readonly store: ValueStore; readonly health: Health } | undefined;
  readonly read: ReadValue;
  readonly cache: ValueCache;
  /** The first part of keys: the namespace, as its server knows it. */
  readonly scopeOf: (namespace: string) => Promise<string>;
}

export class BatonStorageDriver implements StorageDriver {
  readonly name = NAME;
  readonly type = 'baton.values';
  private readonly inHeartbeat = new AsyncLocalStorage<true>();

  constructor(private readonly deps: DriverDeps) {}

  /** Whether it stores values at all. */
  get stores(): boolean {
    return this.deps.own !== undefined;
  }

  get own(): ValueStore | undefined {
    return this.deps.own?.store;
  }

  /** The first part of the keys of a namespace. */
  scopeOf(namespace: string): Promise<string> {
    return this.deps.scopeOf(namespace);
  }

  /** Sends a heartbeat, whose details are not stored. */
  readonly sendHeartbeat = (send: () => void): void => this.inHeartbeat.run(true, send);

  readonly select = (): StorageDriver | null =>
    this.stores && this.inHeartbeat.getStore() === undefined ? this : null;

  async store(context: StorageDriverStoreContext, payloads: Payload[]): Promise<StorageDriverClaim[]> {
    const claims: StorageDriverClaim[] = [];
    // One after the other: the bytes of each are in memory until it is stored.
    for (const payload of payloads) claims.push(await this.storeOne(context, payload));
    return claims;
  }

  async retrieve(context: StorageDriverRetrieveContext, claims: StorageDriverClaim[]): Promise<Payload[]> {
    const payloads: Payload[] = [];
    for (const { claimData } of claims) payloads.push(await this.read(claimData, context.abortSignal));
    return payloads;
  }

  /** Reads what a claim names. */
  async read(claimData: Readonly<Record<string, string>>, signal: AbortSignal | undefined): Promise<Payload> {
    const claim = readClaim(claimData);
    if (claim === undefined) {
      throw new StorageUnavailableError(
        `a reference to a stored value: expected hash, bytes, key, storage and place, got ${JSON.stringify(claimData)}; it was made by another version of Baton`,
      );
    }
    return await this.deps.read(claim, signal);
  }

  /** Stores the payload of an output, whatever its size, remembers it, and returns its claim. */
  async put(namespace: string, payload: Payload): Promise<Record<string, string>> {
    const { claimData } = await this.storeOne({ target: { kind: 'workflow', namespace } }, payload);
    this.deps.cache.payloads.set(claimData['hash']!, payload);
    return claimData;
  }

  private async storeOne(
    { target, abortSignal }: StorageDriverStoreContext,
    payload: Payload,
  ): Promise<StorageDriverClaim> {
    const { own, cache, scopeOf } = this.deps;
    if (own === undefined) throw new ValueNotStoredError('this process has no storage');
    const { store, health } = own;
    const chunks = payloadChunks(payload);
    const bytes = byteLength(chunks);
    const hash = await sha256(chunks);
    try {
      return await tryStorage(health, abortSignal, async () => {
        const key = keyOf(await scopeOf(target?.namespace ?? 'default'), hash);
        if (!cache.stored.has(key)) await store.put(key, chunks);
        cache.stored.set(key, true);
        rememberStored(cache, hash, payload);
        const [storage, { place, directory }] = [await store.id(), store];
        return new StorageDriverClaim(
          writeClaim({
            hash,
            bytes,
            key,
            storage,
            place,
            ...defined({ directory, references: storagesIn(payload) }),
          }),
        );
      });
    } catch (error) {
      throw new ValueNotStoredError(
        `a value of ${bytes} bytes could not be stored in ${store.place}: ${reasonOf(error)}`,
        awayOf(health),
        error,
      );
    }
  }
}

/** Where the values are that a payload refers to. */
function storagesIn(payload: Payload): string | undefined {
  const storages = new Set(claimsIn(payload).map(({ storage }) => storage));
  return storages.size === 0 ? undefined : JSON.stringify([...storages]);
}
