// What happens to values on their way to the server and back: they are encrypted, if there are keys, and then large ones are
// stored outside the server. values/ has the parts.
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { openEncryption } from './values/encryption.js';
import { openingCodec } from './values/references.js';
import type { EncryptionSettings } from './values/encryption/settings.js';
import { openStorage, storageDriver, type StorageServer } from './values/storage/open.js';
import type { StorageSettings } from './values/storage/settings.js';

const PAYLOAD_CONVERTER_PATH = fileURLToPath(new URL('./values/payload-converter.cjs', import.meta.url));

/** The same for every client and worker of a project. */
export interface ValueSettings {
  /** Default: `.baton/values` with the server of a directory, else none. `false`: none. */
  readonly storage?: StorageSettings | false;
  readonly encryption?: EncryptionSettings;
}

/**
 * How clients and workers convert values: Temporal's option `dataConverter`. Relative paths in the settings start at the working
 * directory. Throws EncryptionKeyError.
 */
export async function openValues(settings: ValueSettings, server: StorageServer = {}): Promise<DataConverter> {
  const converter = await openWorkerValues(settings, server);
  const { payloadCodecs: codecs = [] } = converter;
  return { ...converter, payloadCodecs: [openingCodec({ driver: storageDriver(converter), codecs }), ...codecs] };
}

/** As `openValues`, for workers: runs keep references to large outputs, and activities read what they need. */
export async function openWorkerValues(settings: ValueSettings, server: StorageServer): Promise<DataConverter> {
  return {
    payloadConverterPath: PAYLOAD_CONVERTER_PATH,
    ...(await openEncryption(settings.encryption)),
    externalStorage: await openStorage(settings.storage, server),
  };
}

/** True if large values are stored outside the server, so that there is almost no limit to their size. */
export const storesValues = (dataConverter: Pick<DataConverter, 'externalStorage'>): boolean =>
  storageDriver(dataConverter)?.stores === true;

export { storageActivities } from './values/storage/store-reply.js';
