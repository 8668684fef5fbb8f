// Plain paths: `$tasks.a.output.files`, `$item`, `$input.name` are walked without JSONata. The result is the same. If JSONata would
// map over an array, or has a special rule for a value, the walk stops (`walked: false`) and JSONata evaluates the expression.
// A walk that ends at a reference to a stored value gives the reference; one that goes on into it opens it.
import { closedFields, isValueReference, openValue } from '../json/value-reference.js';

export interface PlainPath {
  readonly root: string;
  readonly keys: readonly string[];
}

const PLAIN = /^\s*\$([A-Za-z][A-Za-z0-9_]*)((?:\.[A-Za-z_][A-Za-z0-9_]*)*)\s*$/;
/** Words that JSONata reads as operators or values, not as names. */
export const RESERVED: ReadonlySet<string> = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function']);

export function parsePlainPath(source: string): PlainPath | undefined {
  const match = PLAIN.exec(source);
  if (match === null) return undefined;
  const keys = match[2] === '' ? [] : match[2]!.slice(1).split('.');
  return keys.some((key) => RESERVED.has(key)) ? undefined : { root: match[1]!, keys };
}

export type Walk = { readonly walked: true; readonly value: unknown } | { readonly walked: false };

export function walkPlainPath({ keys }: Pick<PlainPath, 'keys'> & Partial<PlainPath>, root: unknown): Walk {
  let value = root;
  for (const key of keys) {
    value = entered(value);
    if (Array.isArray(value)) return { walked: false };
    value = fieldOf(value, key);
  }
  return { walked: true, value: closed(value) };
}

/** A record of a task, or `$needs`, is passed on with its references. */
export const closed = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? closedFields(value) : value;

/** The value to look into. Throws ValuesNeededError if it is a reference that has not been opened. */
export const entered = (value: unknown): unknown => (isValueReference(value) ? openValue(value) : value);

/** An own field of the value. */
export const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (closedFields(value) as Record<string, unknown>)[key]
    : undefined;
