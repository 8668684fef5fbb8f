// Sorting. JSONata's own merge copies the rest of the list and recurses for every element, and JSONata evaluates the keys of an
// order-by (`^(…)`) for every comparison. This code does neither.
import { walkPlainPath } from '../plain-path.js';
import type { KeyComparator } from './comparator.js';
import { jsonataError } from './jsonata-error.js';
import type { Meter } from './meter.js';

/** A stable merge sort with the same comparisons as JSONata's. `after` is true if the two must change places. */
export function mergeSort<T>(list: readonly T[], after: (left: T, right: T) => boolean, meter: Meter): T[] {
  if (list.length <= 1) return [...list];
  const middle = Math.floor(list.length / 2);
  const left = mergeSort(list.slice(0, middle), after, meter);
  const right = mergeSort(list.slice(middle), after, meter);
  meter.spend(6 * list.length);
  const merged: T[] = [];
  let [l, r] = [0, 0];
  while (l < left.length && r < right.length) merged.push(after(left[l]!, right[r]!) ? right[r++]! : left[l++]!);
  while (l < left.length) merged.push(left[l++]!);
  while (r < right.length) merged.push(right[r++]!);
  return merged;
}

/** Sorts by a key that is read once for each element; `undefined` if JSONata must read a key. */
export function sortByKey<T>(list: readonly T[], { names, isAfter }: KeyComparator, meter: Meter): T[] | undefined {
  meter.spend(20 * list.length);
  const rows: { readonly item: T; readonly key: unknown }[] = [];
  for (const item of list) {
    const walk = walkPlainPath({ keys: names }, item);
    if (!walk.walked) return undefined;
    rows.push({ item, key: walk.value });
  }
  return mergeSort(rows, (left, right) => isAfter(left.key, right.key), meter).map(({ item }) => item);
}

/** Sorts numbers, or texts, in the order of JavaScript's `<`. */
export function sortPlain<T extends number | string>(list: readonly T[], meter: Meter): T[] {
  const rounds = Math.ceil(Math.log2(list.length + 1));
  const characters = list.reduce((sum, one) => sum + (typeof one === 'string' ? one.length : 0), 0);
  meter.spend(4 * list.length * rounds);
  meter.spendOnReading(characters * rounds);
  return list.toSorted((a, b) => (a > b ? 1 : a < b ? -1 : 0));
}

/** An order-by in the tree of the parser. */
export interface OrderBy {
  readonly terms: readonly { readonly expression: unknown; readonly descending?: boolean }[];
  readonly position?: number;
}

type Tuple = Readonly<Record<string, unknown>>;

/** The functions of the evaluator that an order-by calls. */
export interface Evaluator {
  readonly evaluate: (expression: unknown, input: unknown, environment: unknown) => unknown;
  /** Makes an environment in which the values of the tuple are variables. */
  readonly frameOf: (environment: unknown, tuple: Tuple) => unknown;
}

/** Sorts by keys. Each key is evaluated at most once for each element, and only if the keys before it are equal. */
export const orderBy =
  (meter: Meter, { evaluate, frameOf }: Evaluator) =>
  ({ terms, position }: OrderBy, input: unknown[] & { tupleStream?: true }, environment: unknown): unknown[] => {
    if (input.length <= 1) return input;
    const evaluateKey = (item: unknown, term: number): unknown => {
      const { expression } = terms[term]!;
      if (input.tupleStream !== true) return evaluate(expression, item, environment);
      const tuple = item as Tuple;
      return evaluate(expression, tuple['@'], frameOf(environment, tuple));
    };
    interface Row {
      readonly item: unknown;
      readonly keys: unknown[];
    }
    const keyOf = ({ item, keys }: Row, term: number): unknown => {
      if (keys.length === term) keys.push(evaluateKey(item, term));
      return keys[term];
    };
    const isAfter = (left: Row, right: Row): boolean => {
      for (let term = 0; term < terms.length; term++) {
        const [a, b] = [keyOf(left, term), keyOf(right, term)];
        if (a === b) continue;
        // A missing key comes last, in either direction.
        if (a === undefined || b === undefined) return a === undefined;
        return isGreater(a, b, position) !== (terms[term]!.descending === true);
      }
      return false;
    };
    const rows = input.map((item): Row => ({ item, keys: [] }));
    return mergeSort(rows, isAfter, meter).map(({ item }) => item);
  };

function isGreater(a: unknown, b: unknown, position: number | undefined): boolean {
  const isKey = (key: unknown): key is string | number => typeof key === 'string' || typeof key === 'number';
  if (!isKey(a) || !isKey(b)) throw jsonataError('T2008', { position, value: isKey(a) ? b : a });
  if (typeof a !== typeof b) throw jsonataError('T2007', { position, value: a, value2: b });
  return a > b;
}
