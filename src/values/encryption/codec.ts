// Encrypts payloads with AES-256-GCM, and decrypts them.
// E1. A payload is encrypted as a whole, with its metadata, so that nothing about its content is visible but its size.
// E2. The metadata of the result has the id of the key and the version of the format. Both are authenticated.
// E3. A payload that is not encrypted is decoded as it is: runs that began without encryption continue.
// E4. A payload is decrypted and authenticated as a whole, or an error is thrown.
// E5. References to stored values stay readable, as those of Temporal's external storage do: a sweep needs no key. Decoding ignores them.
// E6. The same large payload has the same ciphertext with the same key, so that it is stored once.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';
import { defined } from '../../domain/json/defined.js';
import { DecryptionError, unknownKey } from './decryption-error.js';
import type { EncryptionKey } from './keys.js';

const PayloadProto = proto.temporal.api.common.v1.Payload;

/** Names that Temporal's own examples use. They are part of the format of stored values, like the constants below. */
const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const VERSION_KEY = 'encryption-version';
const VERSION = '1';
/** The claims of the values that a payload refers to (values/references.ts). */
const REFERENCES = 'references';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Payloads of at least this size have a nonce that is made from their content. Less is never stored: the least threshold is 16 KiB. */
const DETERMINISTIC_BYTES = 8 * 1024;

/** The first key encrypts, all decrypt. Without keys, nothing is encrypted, and an encrypted payload is an error that says so. */
export function createEncryptionCodec(keys: readonly EncryptionKey[]): PayloadCodec {
  const [first] = keys;
  const ids = keys.map(({ id }) => id);
  const decode = (payload: Payload, context: SerializationContext | undefined): Payload => {
    if (textOf(payload, 'encoding') !== ENCODING) return payload;
    const run = context?.workflowId;
    const [id, version] = [textOf(payload, KEY_ID), textOf(payload, VERSION_KEY)];
    if (id === undefined || version !== VERSION)
      throw new DecryptionError('has an encryption that Baton did not make', run);
    const key = keys.find((one) => one.id === id);
    if (key === undefined) throw unknownKey(id, ids, run);
    const bytes = decrypt(payload.data ?? new Uint8Array(), key);
    if (bytes !== undefined) return PayloadProto.decode(bytes);
    throw new DecryptionError(
      `cannot be decrypted with the key ${JSON.stringify(id)}: it was changed, or that key is another one`,
      run,
    );
  };
  return {
    encode: async (payloads) => (first === undefined ? payloads : payloads.map((payload) => encrypt(payload, first))),
    decode: async (payloads, context) => payloads.map((payload) => decode(payload, context)),
  };
}

function encrypt(payload: Payload, key: EncryptionKey): Payload {
  const plain = PayloadProto.encode(payload).finish();
  const nonce = plain.length < DETERMINISTIC_BYTES ? randomBytes(NONCE_BYTES) : nonceOf(plain, key);
  const cipher = createCipheriv('aes-256-gcm', key.encryption, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(authenticated(key.id));
  const data = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return {
    metadata: {
      encoding: Buffer.from(ENCODING),
      [KEY_ID]: Buffer.from(key.id),
      [VERSION_KEY]: Buffer.from(VERSION),
      ...defined({ [REFERENCES]: payload.metadata?.[REFERENCES] }),
    },
    data,
  };
}

/** `undefined` if the data were not made with this key and this id, or were changed. */
function decrypt(data: Uint8Array, key: EncryptionKey): Buffer | undefined {
  if (data.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const end = data.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key.encryption, data.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(authenticated(key.id));
  decipher.setAuthTag(data.subarray(end));
  const plain = decipher.update(data.subarray(NONCE_BYTES, end));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    return undefined;
  }
}

/**
 * A synthetic nonce: a pseudo-random function of the content, under a key of its own. Equal nonces then mean equal content, so
 * repeating one reveals that two values are equal and nothing else. The construction is SIV, by Rogaway and Shrimpton,
 * "Deterministic Authenticated-Encryption" (EUROCRYPT 2006); RFC 5297 and RFC 8452 standardize forms of it. HMAC-SHA-256 is cut
 * to the 96 bits of a GCM nonce: a collision of two different values is as improbable as with random nonces.
 */
const nonceOf = (plain: Uint8Array, key: EncryptionKey): Buffer =>
  createHmac('sha256', key.nonce).update(plain).digest().subarray(0, NONCE_BYTES);

const authenticated = (id: string): Buffer => Buffer.from(`baton/${VERSION}/${id}`);

const textOf = ({ metadata }: Payload, name: string): string | undefined => {
  const bytes = metadata?.[name];
  return bytes == null ? undefined : Buffer.from(bytes).toString('utf8');
};
