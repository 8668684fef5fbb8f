// The fast path of expressions: `$tasks.a.output.files`, `$item`, `$input.name` are walked, not interpreted.
// The answer is the one JSONata gives. Where JSONata would map over an array, or treat a value in a way of its own,
// the walk gives up (`walked: false`) and JSONata is asked.

export interface PlainPath {
  readonly root: string;
  readonly keys: readonly string[];
}

const PLAIN = /^\s*\$([A-Za-z][A-Za-z0-9_]*)((?:\.[A-Za-z_][A-Za-z0-9_]*)*)\s*$/;
/** Words that JSONata reads as operators or values where a name could stand. */
const RESERVED = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function']);

export function parsePlainPath(source: string): PlainPath | undefined {
  const match = PLAIN.exec(source);
  if (match === null) return undefined;
  const keys = match[2] === '' ? [] : match[2]!.slice(1).split('.');
  return keys.some((key) => RESERVED.has(key)) ? undefined : { root: match[1]!, keys };
}

export type Walk = { readonly walked: true; readonly value: unknown } | { readonly walked: false };

export function walkPlainPath({ keys }: PlainPath, root: unknown): Walk {
  let value = root;
  for (const key of keys) {
    if (Array.isArray(value)) return { walked: false };
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key))
      return { walked: true, value: undefined };
    value = (value as Record<string, unknown>)[key];
  }
  return { walked: true, value };
}
