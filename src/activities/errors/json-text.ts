// Temporal writes payloads with JSON.stringify, which changes some values silently (functions, Maps, NaN), and for others throws an
// error without their path (BigInt, cycles). `jsonText` reports the path of such a value, and the size of the JSON, before that.
import { lossyValue } from './lossy-value.js';

export type JsonText =
  | { readonly ok: true; readonly text: string; readonly bytes: number; readonly encoded?: Uint8Array }
  | { readonly ok: false; readonly problem: string };

/** Counting the bytes of a long text takes as long as making them, and its caller may need them. */
const LONG_TEXT = 16 * 1024;

class NotJsonError extends Error {}

/** The JSON of a value; `name` begins the paths in problems. `undefined` becomes `null`; within objects it is left out. */
export function jsonText(value: unknown, name: string): JsonText {
  try {
    const text = JSON.stringify(value, refuseLosses(name)) ?? 'null';
    if (text.length < LONG_TEXT) return { ok: true, text, bytes: Buffer.byteLength(text) };
    const encoded = Buffer.from(text);
    return { ok: true, text, bytes: encoded.length, encoded };
  } catch (error) {
    if (error instanceof NotJsonError) return { ok: false, problem: error.message };
    // A toJSON that throws, or nesting deeper than the stack.
    return { ok: false, problem: `${name}: expected JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function refuseLosses(name: string): (this: unknown, key: string, value: unknown) => unknown {
  // The objects that contain the value being written, with their paths: a value that is one of them makes a cycle.
  const open: { object: unknown; path: string }[] = [];
  return function (key, value) {
    while (open.length > 0 && open[open.length - 1]!.object !== this) open.pop();
    const path = key === '' && open.length === 0 ? name : childPath(open[open.length - 1]?.path ?? name, this, key);
    // `value` is what a `toJSON` returned, if there is one.
    const loss = lossyValue((this as Record<string, unknown>)[key], value);
    if (loss !== undefined) throw new NotJsonError(`${path}: expected JSON, got ${loss}`);
    if (typeof value === 'object' && value !== null) {
      const twin = open.find(({ object }) => object === value);
      if (twin !== undefined) throw new NotJsonError(`${path}: expected JSON, got a cycle back to ${twin.path}`);
      open.push({ object: value, path });
    }
    return value;
  };
}

const childPath = (path: string, holder: unknown, key: string): string =>
  Array.isArray(holder) ? `${path}[${key}]` : `${path}.${key}`;
