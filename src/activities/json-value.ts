// Temporal's payloads are JSON.stringify, which loses things without a word (functions, Maps, NaN) or throws without
// saying where (BigInt, cycles). This says where, and how many bytes, before anything is lost.

export type JsonText =
  | { readonly ok: true; readonly text: string; readonly bytes: number }
  | { readonly ok: false; readonly problem: string };

class NotJson extends Error {}

/** The JSON of a value. A value that is undefined is `null`; within objects undefined is left out, as ever. */
export function jsonText(value: unknown, name: string): JsonText {
  try {
    const text = JSON.stringify(value, refuseLosses(name)) ?? 'null';
    return { ok: true, text, bytes: Buffer.byteLength(text) };
  } catch (error) {
    if (error instanceof NotJson) return { ok: false, problem: error.message };
    // A toJSON that throws, or nesting deeper than the stack.
    return { ok: false, problem: `${name}: expected JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function refuseLosses(name: string): (this: unknown, key: string, value: unknown) => unknown {
  // The objects on the way to the one being written, with their paths: one that comes again is a cycle.
  const open: { object: unknown; path: string }[] = [];
  return function (key, value) {
    while (open.length > 0 && open[open.length - 1]!.object !== this) open.pop();
    const path = key === '' && open.length === 0 ? name : child(open[open.length - 1]?.path ?? name, this, key);
    const loss = whatIsLost(value);
    if (loss !== undefined) throw new NotJson(`${path}: expected JSON, got ${loss}`);
    if (typeof value === 'object' && value !== null) {
      const twin = open.find(({ object }) => object === value);
      if (twin !== undefined) throw new NotJson(`${path}: expected JSON, got a cycle back to ${twin.path}`);
      open.push({ object: value, path });
    }
    return value;
  };
}

const child = (path: string, holder: unknown, key: string): string =>
  Array.isArray(holder) ? `${path}[${key}]` : `${path}.${key}`;

function whatIsLost(value: unknown): string | undefined {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'bigint') return `the BigInt ${value}n`;
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (value instanceof Map || value instanceof Set) return `a ${value.constructor.name}`;
  if (value instanceof Promise) return 'a promise';
  return undefined;
}
