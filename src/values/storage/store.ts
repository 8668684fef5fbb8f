// Where the bytes of values are: a directory or a bucket. A key is `NAMESPACE/ab/SHA256`, and its bytes never change.

export interface StoredValue {
  readonly key: string;
  readonly bytes: number;
  /** When it was last written or touched. */
  readonly touchedMs: number;
}

export interface ValueStore {
  /** For people: a path with its host, or the address of a bucket. */
  readonly place: string;
  /** The path, if it is a directory. */
  readonly directory?: string;
  /** Identifies the storage, whatever its path on this machine. Rejects if it cannot be reached. */
  id(this: void): Promise<string>;
  /** Stores bytes; if the key exists, only refreshes its time. What has been put is durable. */
  put(this: void, key: string, chunks: readonly Uint8Array[]): Promise<void>;
  /** `undefined` if the storage can be reached and does not have the key. */
  get(this: void, key: string): Promise<Uint8Array | undefined>;
  /** The values whose keys begin with `prefix/`. */
  list(this: void, prefix: string): AsyncIterable<StoredValue>;
  /**
   * Removes a value, unless it has been touched after `beforeMs`: also not if that happens at the same time. Resolves to true if
   * this call has removed it.
   */
  remove(this: void, value: StoredValue, beforeMs: number): Promise<boolean>;
}

const KEY = /^[^/]+\/[0-9a-f]{2}\/[0-9a-f]{64}$/;

export const isKey = (key: string): boolean => KEY.test(key) && !key.startsWith('.');

export const keyOf = (namespace: string, hash: string): string => `${namespace}/${hash.slice(0, 2)}/${hash}`;

export const hashOfKey = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

/** The key of a value that a sweep is removing. Until it is gone, `get` still finds it. */
export const SWEPT = '.swept';
