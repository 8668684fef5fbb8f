// Makes Temporal's external storage from the setting `storage`. Without storage, values that others have stored are still read, if
// their directory can be read here.
import { join, resolve } from 'node:path';
import { ExternalStorage, type DataConverter } from '@temporalio/common';
import { parseByteCount } from '../../domain/byte-count.js';
import { createValueCache } from './cache.js';
import { directoryStore } from './directory.js';
import { BatonStorageDriver } from './driver.js';
import { createReadValue } from './read-value.js';
import { noteAway, type StorageLog } from './retry.js';
import { s3Store } from './s3.js';
import { DEFAULT_THRESHOLD, type StorageSettings } from './settings.js';
import type { ValueStore } from './store.js';

/** The server whose values are stored. */
export interface StorageServer {
  /** The directory `.baton` of a server that Baton has started. */
  readonly dataDirectory?: string | undefined;
  /** The id of the server's namespace: servers that share a storage do not sweep each other's values. */
  readonly namespaceId?: ((namespace: string) => Promise<string>) | undefined;
  readonly log?: StorageLog | undefined;
}

export async function openStorage(
  settings: StorageSettings | false | undefined,
  { dataDirectory, namespaceId, log }: StorageServer,
): Promise<ExternalStorage> {
  const store = storeOf(settings, dataDirectory);
  const own = store === undefined ? undefined : { store, health: { isAway: false, place: store.place, log } };
  // Made when the process begins, so that a directory that disappears later is not mistaken for a new one. A wrong setting is reported
  // then, not with the first large value.
  await own?.store.id().catch((error: unknown) => noteAway(own.health, error));
  const cache = createValueCache();
  const read = createReadValue(own, cache, log);
  const driver = new BatonStorageDriver({ own, cache, read, scopeOf: scopes(namespaceId) });
  const threshold = typeof settings === 'object' ? settings.threshold : undefined;
  return new ExternalStorage({
    drivers: [driver],
    driverSelector: driver.select,
    payloadSizeThreshold: threshold === undefined ? DEFAULT_THRESHOLD : parseByteCount(threshold)!,
  });
}

function storeOf(
  settings: StorageSettings | false | undefined,
  dataDirectory: string | undefined,
): ValueStore | undefined {
  if (settings === false) return undefined;
  if (settings?.s3 !== undefined) return s3Store(settings.s3);
  const directory = settings?.dir ?? (dataDirectory === undefined ? undefined : join(dataDirectory, 'values'));
  return directory === undefined ? undefined : directoryStore(resolve(directory), { create: true });
}

/** `default.8f1c…`: a namespace and its id. The id is requested once. */
function scopes(namespaceId: StorageServer['namespaceId']): (namespace: string) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return (namespace) => {
    const found = known.get(namespace);
    if (found !== undefined) return found;
    const name = encodeURIComponent(namespace).replace(/^\./, '%2E');
    const scope = (namespaceId?.(namespace) ?? Promise.resolve('')).then((id) => (id === '' ? name : `${name}.${id}`));
    known.set(namespace, scope);
    scope.catch(() => known.delete(namespace));
    return scope;
  };
}

/** The driver of a data converter that `openValues` has made; `undefined` for any other. */
export function storageDriver({
  externalStorage,
}: Pick<DataConverter, 'externalStorage'>): BatonStorageDriver | undefined {
  const [driver] = externalStorage?.drivers ?? [];
  return driver instanceof BatonStorageDriver ? driver : undefined;
}
