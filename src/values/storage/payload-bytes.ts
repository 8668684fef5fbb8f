// A payload as bytes, always the same for the same payload, and the hash of bytes.
import { createHash, webcrypto } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';

const PayloadProto = proto.temporal.api.common.v1.Payload;

/** Above this size, hashing takes long enough to do it on another thread. */
const ASYNC_BYTES = 1024 * 1024;

/** Of the field `data` of a payload: number 2, with a length. */
const DATA_TAG = 0x12;

/** The protocol's encoding of the payload, with its metadata in the order of their names. The data, which may be large, are copied once. */
export function payloadBytes({ metadata, data }: Payload): Uint8Array {
  const entries = Object.entries(metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const head = PayloadProto.encode({ metadata: Object.fromEntries(entries) }).finish();
  const bytes = data ?? new Uint8Array();
  return Buffer.concat([head, Uint8Array.of(DATA_TAG, ...varint(bytes.length)), bytes]);
}

/** A length as the protocol writes it: seven bits in each byte, the lowest first. */
function varint(length: number): number[] {
  return length < 0x80 ? [length] : [(length % 0x80) + 0x80, ...varint(Math.floor(length / 0x80))];
}

export const payloadOf = (bytes: Uint8Array): Payload => PayloadProto.decode(bytes);

export async function sha256(bytes: Uint8Array): Promise<string> {
  if (bytes.length < ASYNC_BYTES) return createHash('sha256').update(bytes).digest('hex');
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)).toString('hex');
}
