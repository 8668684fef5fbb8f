// Searches in long lists: `list[key = $x]` and `$x in list`. JSONata reads every element for every search; here each list is
// indexed once for each evaluation.
import { walkPlainPath } from '../plain-path.js';
import type { Meter } from './meter.js';
import { isLiteral, namesOf, sidesOf, variablePathOf } from './tree.js';

type List = readonly unknown[] & { readonly tupleStream?: boolean };

/** In shorter lists, an index saves no time. */
const MIN_LENGTH = 32;
const PER_ELEMENT = 20;

/** The elements by the value of a key; `undefined` if some value is a list or an object. */
type Index = ReadonlyMap<unknown, readonly unknown[]> | undefined;

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

/** The indexes of one evaluation, during which data does not change. */
export class Lookups {
  readonly #indexes = new WeakMap<List, Map<unknown, Index>>();
  readonly #members = new WeakMap<List, ReadonlySet<unknown>>();

  constructor(private readonly meter: Meter) {}

  /** Like JSONata's operator `in`, which compares by identity. */
  includes(value: unknown, list: unknown): boolean {
    if (value === undefined || list === undefined) return false;
    if (!Array.isArray(list)) return list === value;
    if (list.length < MIN_LENGTH) return list.includes(value) && !Number.isNaN(value);
    let members = this.#members.get(list);
    if (members === undefined) {
      this.meter.spend(PER_ELEMENT * list.length);
      this.#members.set(list, (members = new Set<unknown>(list)));
    }
    return members.has(value) && !Number.isNaN(value);
  }

  /** The elements for which `predicate` holds, if it is `key = value` with the same value for all elements; otherwise `undefined`. */
  select(predicate: unknown, list: unknown, valueOf: (tree: unknown) => unknown): readonly unknown[] | undefined {
    if (!Array.isArray(list) || list.length < MIN_LENGTH || (list as List).tupleStream === true) return undefined;
    const search = searchOf(predicate);
    if (search === undefined) return undefined;
    const index = this.#indexOf(list, predicate, search.names);
    if (index === undefined) return undefined;
    const value = valueOf(search.value);
    if (!isPlain(value) || Number.isNaN(value)) return undefined;
    const found = value === undefined ? [] : (index.get(value) ?? []);
    this.meter.spend(PER_ELEMENT * (found.length + 1));
    return found;
  }

  #indexOf(list: List, predicate: unknown, names: readonly string[]): Index {
    const indexes = this.#indexes.get(list) ?? new Map<unknown, Index>();
    this.#indexes.set(list, indexes);
    if (!indexes.has(predicate)) {
      this.meter.spend(PER_ELEMENT * list.length);
      indexes.set(predicate, makeIndex(list, names));
    }
    return indexes.get(predicate);
  }
}

/** Reads `key = $x` or `$x = key`. */
function searchOf(predicate: unknown): { readonly names: readonly string[]; readonly value: unknown } | undefined {
  const sides = sidesOf(predicate, '=')?.sides;
  if (sides === undefined) return undefined;
  for (const [key, value] of [sides, sides.toReversed()]) {
    const names = namesOf(key);
    if (names !== undefined && (isLiteral(value) || variablePathOf(value) !== undefined)) return { names, value };
  }
  return undefined;
}

function makeIndex(list: List, names: readonly string[]): Index {
  const index = new Map<unknown, unknown[]>();
  for (const element of list) {
    const walk = walkPlainPath({ keys: names }, element);
    // A path over a list gives a list: JSONata evaluates that.
    if (!walk.walked) return undefined;
    const key = walk.value;
    if (!isPlain(key)) return undefined;
    if (key === undefined || Number.isNaN(key)) continue;
    const same = index.get(key);
    if (same === undefined) index.set(key, [element]);
    else same.push(element);
  }
  return index;
}
