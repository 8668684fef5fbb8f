// Values that JSON changes without an error: an Error, a Headers or an iterator becomes `{}`, a Uint8Array an object with numbers as
// keys, an invalid Date null. An object with a `toJSON` is what that returns.
import { types } from 'node:util';

/** The value in words, and what to use instead, if JSON cannot hold the value as it is. `made` is what its `toJSON` returned. */
export function lossyValue(value: unknown, made: unknown = value): string | undefined {
  if (typeof made === 'function') return 'a function';
  if (typeof made === 'symbol') return 'a symbol';
  if (typeof made === 'bigint') return `the BigInt ${made}n; use text instead: String(n)`;
  if (typeof made === 'number' && !Number.isFinite(made)) return String(made);
  if (value instanceof Date && Number.isNaN(value.getTime())) return 'a Date that is not valid';
  if (typeof made !== 'object' || made === null || Array.isArray(made)) return undefined;
  const [, described] = KINDS.find(([is]) => is(made)) ?? [];
  if (described !== undefined) return described;
  return isPlain(made) || Object.keys(made).length > 0 ? undefined : withoutFields(made);
}

const KINDS: readonly (readonly [is: (value: object) => boolean, described: string])[] = [
  [types.isNativeError, 'an Error; use its message instead, or throw it'],
  [types.isMap, 'a Map; use Object.fromEntries(map) instead'],
  [types.isSet, 'a Set; use [...set] instead'],
  [types.isPromise, 'a promise; await it'],
  [types.isRegExp, 'a RegExp; use its source instead'],
  [types.isAnyArrayBuffer, 'an ArrayBuffer; use a list, [...new Uint8Array(buffer)], or text in base64 instead'],
  [types.isDataView, 'a DataView; use a list or text in base64 instead'],
  [types.isTypedArray, 'a typed array; use a list, [...array], or text in base64 instead'],
];

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // An object from another realm has another prototype, which has no prototype itself.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** An object of a class whose data is not in fields: JSON writes `{}`. */
function withoutFields(value: object): string {
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  const name = tag === 'Object' ? (value.constructor?.name ?? 'unknown') : tag;
  const found = `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}, which JSON writes as {}`;
  if (name === 'Response') return `${found}; use await response.json() instead`;
  if ('entries' in value) return `${found}; use Object.fromEntries(value) instead`;
  if (Symbol.iterator in value) return `${found}; use [...value] instead`;
  return `${found}; use an object with the fields that are wanted instead`;
}
