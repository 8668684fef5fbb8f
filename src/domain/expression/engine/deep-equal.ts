// Compares JSON values, and removes duplicates from a list in linear time.
import type { Meter } from './meter.js';

/** Cost of reading the keys of an object, in units; measured. */
const OBJECT_COST = 40;
const KEY_COST = 20;

type Values = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Values => typeof value === 'object' && value !== null;

/** Compares like JSONata: lists in order, objects in any order of keys. */
export function isDeepEqual(left: unknown, right: unknown, meter: Meter): boolean {
  meter.spend(1);
  if (typeof left === 'string' && typeof right === 'string') {
    if (left.length !== right.length) return false;
    meter.spendOnReading(left.length);
  }
  if (left === right) return true;
  if (!isObject(left) || !isObject(right) || Array.isArray(left) !== Array.isArray(right)) return false;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((one, i) => isDeepEqual(one, right[i], meter));
  }
  const keys = Object.keys(left);
  meter.spend(OBJECT_COST + KEY_COST * keys.length);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isDeepEqual(left[key], right[key], meter))
  );
}

/** The first of each group of equal values, in order. */
export function distinct(list: readonly unknown[], meter: Meter): unknown[] {
  const seen = new Set<unknown>();
  return list.filter((value) => {
    const key = isObject(value) && !isFunction(value) ? keyOf(value, meter) : plainKey(value, meter);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const isFunction = (value: Values): boolean => value['_jsonata_lambda'] === true || value['_jsonata_function'] === true;

/** The quote distinguishes text from numbers, and from the keys of lists and objects. */
function plainKey(value: unknown, meter: Meter): unknown {
  meter.spend(8);
  if (typeof value !== 'string') return value;
  meter.spendOnReading(value.length);
  return `"${value}`;
}

/** JSON with sorted keys: two values have the same text if, and only if, they are equal. */
function keyOf(value: unknown, meter: Meter): string {
  meter.spend(OBJECT_COST);
  if (!isObject(value)) {
    if (typeof value === 'string') meter.spendOnReading(8 * value.length);
    return JSON.stringify(value === 0 ? 0 : value) ?? 'undefined';
  }
  if (Array.isArray(value)) return `[${value.map((one) => keyOf(one, meter)).join()}]`;
  const keys = Object.keys(value).sort();
  meter.spend(2 * KEY_COST * keys.length);
  return `{${keys.map((key) => `${JSON.stringify(key)}:${keyOf(value[key], meter)}`).join()}}`;
}
