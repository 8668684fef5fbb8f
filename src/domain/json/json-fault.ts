// Finds the first reason why a value cannot be sent as JSON, without recursion and within bounds: every later check may then recurse,
// print and compare, because depth and number of values are bounded and no value contains itself.
import { shown, type Path } from '../problem.js';

export interface JsonBounds {
  /** The most levels of nesting. */
  readonly levels: number;
  /** The most values, those within lists and objects included. */
  readonly values: number;
  /** Objects with a method `toJSON`, such as dates, count as what the method returns; otherwise they are not JSON. */
  readonly converts?: boolean;
}

/** `kind`: a value that JSON does not have, nesting that is too deep, a value that contains itself, or too many values. */
export interface JsonFault {
  readonly kind: 'not-json' | 'too-nested' | 'circular' | 'too-many';
  /** The place of a value that JSON does not have; otherwise empty. */
  readonly path: Path;
  /** What was expected, and what came. */
  readonly message: string;
}

interface Place {
  readonly value: unknown;
  readonly key: PropertyKey | undefined;
  readonly parent: Place | undefined;
  readonly depth: number;
}

/** `undefined` for a value that is JSON. A key whose value is `undefined` is accepted: JSON leaves it out. */
export function jsonFault(root: unknown, { levels, values, converts = false }: JsonBounds): JsonFault | undefined {
  const open: Place[] = [{ value: root, key: undefined, parent: undefined, depth: 0 }];
  let count = 0;
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { depth } = place;
    if (++count > values) return fault('too-many', `expected at most ${values} values, got more`);
    const value = converts ? converted(place.value) : place.value;
    if (!isJson(value)) {
      return { kind: 'not-json', path: pathOf(place), message: `expected a JSON value, got ${describe(value)}` };
    }
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= levels) {
      if (containsItself(place)) return fault('circular', 'expected a JSON value, got a value that contains itself');
      return fault('too-nested', `expected at most ${levels} levels of nesting, got more`);
    }
    for (const [key, part] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
      // JSON omits `undefined` in an object; in an array it would become null.
      if (part !== undefined || Array.isArray(value)) open.push({ value: part, key, parent: place, depth: depth + 1 });
    }
  }
  return undefined;
}

const fault = (kind: JsonFault['kind'], message: string): JsonFault => ({ kind, path: [], message });

function converted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('toJSON' in value)) return value;
  return typeof value.toJSON === 'function' ? (value.toJSON as () => unknown)() : value;
}

function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return typeof value === 'string' || typeof value === 'boolean';
  if (value === null || Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  // An object from another realm has another prototype, which has no prototype itself.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `an object of class ${value.constructor?.name ?? 'unknown'}`;
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  return typeof value === 'bigint' ? `a bigint: ${shown(value)}` : `a ${typeof value}`;
}

function pathOf(place: Place): Path {
  const path: PropertyKey[] = [];
  for (let at: Place | undefined = place; at?.key !== undefined; at = at.parent) path.unshift(at.key);
  return path;
}

function containsItself(place: Place): boolean {
  const above = new Set<unknown>();
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) {
    if (above.has(at.value)) return true;
    above.add(at.value);
  }
  return false;
}
