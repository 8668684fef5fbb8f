// Sizes of JSON in bytes: Temporal refuses a payload that is too large, so sizes are checked first.
import { sizeBounds } from './size-bounds.js';

/** Bytes of the value as JSON in UTF-8; 0 for a value that JSON omits, such as `undefined`. */
export function jsonBytes(value: unknown): number {
  const text = JSON.stringify(value);
  return text === undefined ? 0 : utf8Bytes(text);
}

/** A longer text is encoded as a whole: that is native code. */
const LONG_TEXT = 256;

const encoder = new TextEncoder();

export function utf8Bytes(text: string): number {
  if (text.length > LONG_TEXT) return encoder.encode(text).length;
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // A surrogate pair has four bytes: each half counts for two.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/**
 * The most bytes of JSON that one input or output may have. Temporal refuses payloads above 2 MiB; 64 KiB are kept for
 * the envelope around the value.
 */
export const MAX_VALUE_BYTES = 2 * 1024 * 1024 - 64 * 1024;

/**
 * The same where payloads are stored outside of Temporal. A value is one text on its way, and V8 has none of more than 512 M
 * characters; half of that leaves room for a result that holds a value together with the summary of its run.
 */
export const MAX_STORED_VALUE_BYTES = 256 * 1024 * 1024;

/**
 * The most bytes of JSON of one output where payloads are stored. A worker may have many outputs in memory, and a run reads each of
 * them within a Workflow Task.
 */
export const MAX_STORED_OUTPUT_BYTES = 64 * 1024 * 1024;

/** True if the value is at most this many bytes of JSON. Makes the text only if its size may be near the limit. */
export function fitsInto(value: unknown, limit: number): boolean {
  const { least, most } = sizeBounds(value, limit);
  if (most <= limit) return true;
  return least <= limit && jsonBytes(value) <= limit;
}
