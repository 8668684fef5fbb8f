// Replaces JSONata's list functions that do not take linear time, or that fail for a long list (`$max` puts it on the stack).
import { keyComparatorOf } from './comparator.js';
import { distinct } from './deep-equal.js';
import { spendOnJson } from './measure.js';
import type { Meter } from './meter.js';
import { asSequence, type Focus, type Fn, type Functions, type Sequence } from './sequence.js';
import { mergeSort, sortByKey, sortPlain } from './sort.js';

/** Cost of an object with a hash table, which $spread makes for each key. */
const SPREAD_COST = 200;
/** Cost of a small list. */
const TUPLE_COST = 30;

export function listFunctions(fn: Functions, meter: Meter): Functions {
  const functions = {
    max: (list: number[] | undefined) => best(list, (a, b) => a > b),
    min: (list: number[] | undefined) => best(list, (a, b) => a < b),
    distinct(this: Focus, list: unknown): unknown {
      if (!Array.isArray(list) || list.length <= 1) return list;
      const found = distinct(list, meter);
      return (list as Sequence).sequence === true ? asSequence(this, found) : found;
    },
    spread(this: Focus, value: unknown): unknown {
      if (!Array.isArray(value)) {
        if (typeof value === 'object' && value !== null) meter.spend(SPREAD_COST * Object.keys(value).length);
        return fn['spread']!.call(this, value as never);
      }
      const all = this.createSequence();
      for (const part of value) {
        const spread = functions.spread.call(this, part);
        for (const one of Array.isArray(spread) ? spread : spread === undefined ? [] : [spread]) meter.push(all, one);
      }
      return all;
    },
    sort(this: Focus, list: unknown[] | undefined, comparator?: Fn): unknown {
      if (list === undefined || list.length <= 1) return list;
      if (comparator === undefined) {
        const isPlain = list.every((one) => typeof one === 'number') || list.every((one) => typeof one === 'string');
        return isPlain ? sortPlain(list as string[], meter) : fn['sort']!.call(this, list as never);
      }
      const byKey = keyComparatorOf((comparator as { of?: unknown }).of);
      const sorted = byKey === undefined ? undefined : sortByKey(list, byKey, meter);
      return sorted ?? mergeSort(list, (a, b) => Boolean(comparator.apply(this, [a as never, b as never])), meter);
    },
    zip(this: Focus, ...lists: unknown[]): unknown {
      const lengths = lists.map((list) => (Array.isArray(list) ? list.length : 0));
      meter.spend(TUPLE_COST * Math.min(...lengths));
      return fn['zip']!.apply(this, lists as never[]);
    },
    string(value: unknown, prettify = false): unknown {
      if (value !== undefined && typeof value !== 'string') spendOnJson(value, meter);
      return fn['string']!.call(undefined as never, value as never, prettify as never);
    },
  };
  return functions;
}

function best(list: readonly number[] | undefined, isBetter: (a: number, b: number) => boolean): number | undefined {
  let found: number | undefined;
  for (const one of list ?? []) if (found === undefined || isBetter(one, found)) found = one;
  return found;
}
