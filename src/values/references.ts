// Outputs of agents that runs only refer to: how a worker stores and opens them, and how every other reader gets values.
// The bytes under a reference are those of a payload of its own, encrypted like any other, in the same storage.
import { TextDecoder } from 'node:util';
import type { Payload, PayloadCodec } from '@temporalio/common';
import {
  claimOf,
  hashOf,
  replaceReferences,
  ValueReference,
  valueReferencesIn,
  type ValueClaim,
} from '../domain/json/value-reference.js';
import { StorageUnavailableError } from './storage/errors.js';
import { claimsIn } from './storage/claim.js';
import type { BatonStorageDriver } from './storage/driver.js';

/** The encoding of JSON with references; payload-converter.cjs writes it. */
export const REFERENCES_ENCODING = 'json/baton-references';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const textOf = (bytes: Uint8Array | null | undefined): string => decoder.decode(bytes ?? new Uint8Array());

interface Converter {
  readonly driver: BatonStorageDriver | undefined;
  /** Without those that open references. */
  readonly codecs: readonly PayloadCodec[];
}

/** The JSON of a stored value, as bytes. */
async function readJson({ driver, codecs }: Converter, claim: ValueClaim, signal?: AbortSignal): Promise<Uint8Array> {
  if (driver === undefined) {
    throw new StorageUnavailableError(
      `the stored value ${claim['hash']} in ${claim['place']} cannot be read: this process has no storage`,
    );
  }
  let payloads = [await driver.read(claim, signal)];
  for (const codec of codecs.toReversed()) payloads = await codec.decode(payloads);
  return payloads[0]?.data ?? new Uint8Array();
}

/** Stores a value whose JSON has these bytes. Throws ValueNotStoredError. */
export async function storeValue(
  { driver, codecs }: Converter,
  json: Uint8Array,
  namespace: string,
): Promise<ValueReference> {
  let payloads: Payload[] = [{ metadata: { encoding: encoder.encode('json/plain') }, data: json }];
  for (const codec of codecs) payloads = await codec.encode(payloads);
  const claim = await driver!.put(namespace, payloads[0]!);
  return new ValueReference({ ...claim, jsonBytes: String(json.length) });
}

/** The value with everything that it refers to. Throws StorageUnavailableError, ValueLostError and DecryptionError. */
export async function readReferences(converter: Converter, value: unknown, signal?: AbortSignal): Promise<unknown> {
  const texts = new Map<string, string>();
  for (const reference of valueReferencesIn(value)) {
    const hash = hashOf(reference);
    if (!texts.has(hash)) texts.set(hash, decoder.decode(await readJson(converter, claimOf(reference), signal)));
  }
  // Each place gets a value of its own, as in JSON.
  return replaceReferences(value, (reference) => JSON.parse(texts.get(hashOf(reference))!));
}

/**
 * Adds to each payload the JSON of the values that it refers to, so that the converter gives readers values alone. Runs do without it.
 */
export function openingCodec(converter: Converter): PayloadCodec {
  return {
    encode: (payloads) => Promise.resolve(payloads),
    decode: (payloads) => Promise.all(payloads.map((payload) => openPayload(converter, payload))),
  };
}

async function openPayload(converter: Converter, payload: Payload): Promise<Payload> {
  const metadata = { ...payload.metadata };
  for (const claim of claimsIn(payload)) {
    const name = `${OPENED}${claim['hash']}`;
    metadata[name] ??= await readJson(converter, claim);
  }
  return { ...payload, metadata };
}

/** Payloads that the codec has opened, as JSON that every reader knows. */
export function plainJson(payload: Payload): Payload {
  const { metadata, data } = payload;
  if (textOf(metadata?.['encoding']) !== REFERENCES_ENCODING) return payload;
  const json = Buffer.from(data ?? new Uint8Array());
  const mark = `"baton:value:${textOf(metadata?.['reference-mark'])}:`;
  const parts: Uint8Array[] = [];
  let end = 0;
  for (let at = json.indexOf(mark); at !== -1; at = json.indexOf(mark, end)) {
    const hash = json.toString('latin1', at + mark.length, at + mark.length + HASH_LENGTH);
    parts.push(json.subarray(end, at), metadata![`${OPENED}${hash}`]!);
    end = at + mark.length + HASH_LENGTH + 1;
  }
  parts.push(json.subarray(end));
  return { metadata: { encoding: encoder.encode('json/plain') }, data: Buffer.concat(parts) };
}

/** The names of opened values in the metadata begin so. The converter knows them. */
const OPENED = 'opened:';

const HASH_LENGTH = 64;
