// Payloads as JSON, in the form of protobuf: bytes are base64.
import type { Payload } from '@temporalio/common';
import { z } from 'zod';
import { RequestError } from './request-error.js';

const Base64 = z.base64().transform((text) => Buffer.from(text, 'base64'));

/** Other properties of a payload are dropped: versions of the protocol add some, as the sizes of what is stored elsewhere. */
const PayloadsJson = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string(), Base64).optional(), data: Base64.optional() }))
    .default([]),
});

export function fromJson(body: Buffer): Payload[] {
  const parsed = PayloadsJson.safeParse(parseJson(body));
  if (parsed.success) {
    return parsed.data.payloads.map(({ metadata = {}, data = Buffer.alloc(0) }) => ({ metadata, data }));
  }
  const { path, message } = parsed.error.issues[0]!;
  throw new RequestError(400, `${['body', ...path].map(String).join('.')}: ${message}`);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new RequestError(400, 'body: expected JSON: { "payloads": [ … ] }');
  }
}

export const toJson = (payloads: readonly Payload[]): object => ({
  payloads: payloads.map(({ metadata, data }) => ({
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, bytes]) => [name, base64(bytes)])),
    data: base64(data ?? new Uint8Array()),
  })),
});

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
