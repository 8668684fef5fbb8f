// A payload as bytes, always the same for the same payload, and the hash of bytes.
import { createHash, webcrypto } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';

const PayloadProto = proto.temporal.api.common.v1.Payload;

/** Above this size, hashing takes long enough to do it on another thread. */
const ASYNC_BYTES = 1024 * 1024;

/** The protocol's encoding of the payload, with its metadata in the order of their names. */
export function payloadBytes({ metadata, data }: Payload): Uint8Array {
  const entries = Object.entries(metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return PayloadProto.encode({ metadata: Object.fromEntries(entries), data: data ?? new Uint8Array() }).finish();
}

export const payloadOf = (bytes: Uint8Array): Payload => PayloadProto.decode(bytes);

export async function sha256(bytes: Uint8Array): Promise<string> {
  if (bytes.length < ASYNC_BYTES) return createHash('sha256').update(bytes).digest('hex');
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)).toString('hex');
}
