// A payload as bytes, always the same for the same payload, and the hash of bytes. The bytes are in chunks, because the data of a
// payload may be large: they are neither copied nor joined.
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';

const PayloadProto = proto.temporal.api.common.v1.Payload;

/** After so many bytes, hashing lets the process do other work. */
const BYTES_AT_A_TIME = 1024 * 1024;

/** Of the field `data` of a payload: number 2, with a length. */
const DATA_TAG = 0x12;

/** The protocol's encoding of the payload, with its metadata in the order of their names. The last chunk is the data of the payload. */
export function payloadChunks({ metadata, data }: Payload): readonly Uint8Array[] {
  const entries = Object.entries(metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const head = PayloadProto.encode({ metadata: Object.fromEntries(entries) }).finish();
  const bytes = data ?? new Uint8Array();
  return [head, Uint8Array.of(DATA_TAG, ...varint(bytes.length)), bytes];
}

/** A length as the protocol writes it: seven bits in each byte, the lowest first. */
function varint(length: number): number[] {
  return length < 0x80 ? [length] : [(length % 0x80) + 0x80, ...varint(Math.floor(length / 0x80))];
}

export const payloadOf = (bytes: Uint8Array): Payload => PayloadProto.decode(bytes);

export const byteLength = (chunks: readonly Uint8Array[]): number =>
  chunks.reduce((sum, { length }) => sum + length, 0);

export async function sha256(chunks: readonly Uint8Array[]): Promise<string> {
  const hash = createHash('sha256');
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += BYTES_AT_A_TIME) {
      if (at > 0) await setImmediate();
      hash.update(chunk.subarray(at, at + BYTES_AT_A_TIME));
    }
  }
  return hash.digest('hex');
}
