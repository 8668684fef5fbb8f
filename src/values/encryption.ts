// Encryption of all values, failures included: what the data converters of clients and workers need for it.
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { createEncryptionCodec } from './encryption/codec.js';
import { readKeys } from './encryption/keys.js';
import type { EncryptionSettings } from './encryption/settings.js';

/** Bundles of Workflow code that serve workers with encryption are made with this `failureConverterPath`. */
export const FAILURE_CONVERTER_PATH = fileURLToPath(new URL('./encryption/failure-converter.cjs', import.meta.url));

/** Without keys there is a codec, too: it reports what it cannot decrypt. Throws EncryptionKeyError. */
export async function openEncryption(settings: EncryptionSettings | undefined): Promise<DataConverter> {
  if (settings === undefined) return { payloadCodecs: [createEncryptionCodec([])] };
  const keys = await readKeys(settings);
  return { payloadCodecs: [createEncryptionCodec(keys)], failureConverterPath: FAILURE_CONVERTER_PATH };
}
