// The code that the evaluator calls instead of JSONata's own code, if that does not take linear time, or has no loop in which its cost
// could be counted. The results are the same as JSONata's. The generated evaluator knows it under the name `$own`.
import type { Rules } from '../../rules.js';
import { isDeepEqual } from './deep-equal.js';
import { Frame } from './frame.js';
import { listFunctions } from './list-functions.js';
import { Lookups } from './lookups.js';
import { spendOnJson } from './measure.js';
import { MAX_LIST, type Meter } from './meter.js';
import { asSequence, createSequence, type Focus, type Fn, type Functions } from './sequence.js';
import { orderBy, type Evaluator } from './sort.js';
import { monthOf, toMillis, toNumber, type DateComponents } from './exact-functions.js';
import { textFunctions } from './text-functions.js';

// Variables of this module, because access to a global is slow in the sandbox of Workflow code.
const { isArray } = Array;
const { keys: ownKeys } = Object;

/** Cost of a call in addition to its own work: its arguments are checked. */
const CALL_COST = 20;

/** Cost of a parse: JSONata builds its grammar again each time. */
export const PARSE_COST = 10_000;

/** Longer values are cut in an error message. */
const MAX_SHOWN = 200;

/** `begin` is called before each evaluation, with the rules of the run. */
export function createOwn(meter: Meter, patternOf: (source: string, flags?: string) => object) {
  let lookups = new Lookups(meter);
  let rules: Rules;
  return {
    begin(next: Rules): void {
      lookups = new Lookups(meter);
      rules = next;
    },
    Frame,
    PARSE_COST,
    createSequence,
    /** Spends the cost of a range of safe integers, whose list is made before its elements are counted. */
    rangeSize(size: number): number {
      meter.spend(3 * Math.min(size, MAX_LIST));
      return size;
    },
    /** A value for an error message. */
    show(value: unknown): string | undefined {
      if (typeof value !== 'string') spendOnJson(value, meter);
      const text = JSON.stringify(typeof value === 'string' ? value.slice(0, MAX_SHOWN + 1) : value) as
        string | undefined;
      return text === undefined || text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
    },
    /** Spends the cost of long text that becomes the name of a field: it is copied and hashed. */
    groupKey(key: unknown): unknown {
      if (typeof key === 'string' && key.length > 64) meter.spend(4 * key.length);
      return key;
    },
    includes: (value: unknown, list: unknown) => lookups.includes(value, list),
    select(predicate: unknown, list: unknown, environment: { base: Focus }, evaluate: Evaluator['evaluate']): unknown {
      const found = lookups.select(predicate, list, (tree) => evaluate(tree, undefined, environment));
      return found === undefined ? undefined : asSequence(environment.base, found);
    },
    orderBy: (evaluate: Evaluator['evaluate'], frameOf: Evaluator['frameOf']) => orderBy(meter, { evaluate, frameOf }),
    addToGroup: (group: Group, item: unknown) => addToGroup(group, item, meter),
    callNative(implementation: Fn, focus: Focus, args: unknown[]): unknown {
      meter.spend(CALL_COST);
      for (const arg of args) if (typeof arg === 'string' || isArray(arg)) meter.spendOnReading(arg.length);
      const made = implementation.apply(focus, args as never[]);
      // Text that is returned unchanged takes no memory.
      if (typeof made === 'string' && made !== args[0]) meter.spendOnText(made.length);
      return made;
    },
    functions: (fn: Functions): Functions => ({
      ...fn,
      ...listFunctions(fn, meter),
      ...textFunctions(fn, meter),
      number: toNumber(fn, () => rules),
    }),
    dateTime: (fn: Functions): Functions => ({ ...fn, toMillis: toMillis(fn, () => rules) }),
    /** The month of a time that was read by a picture. Throws an ExpressionError if it does not have the day. */
    month: (components: DateComponents): number => monthOf(components, rules),
    utils: (utils: object): object => ({
      ...utils,
      isDeepEqual: (left: unknown, right: unknown) => isDeepEqual(left, right, meter),
      keys: (value: unknown) => keysOf(value, meter),
    }),
    RegExp: patternOf,
  };
}

function keysOf(value: unknown, meter: Meter): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const keys = ownKeys(value);
  meter.spend(25 * keys.length);
  return keys;
}

/** A group of a grouping. `data` is its first item, or a list that belongs to the group (`isOwn`). */
interface Group {
  data: unknown;
  isOwn?: true;
}

/** Adds an item to a group. JSONata copies the list for each item. */
function addToGroup(group: Group, item: unknown, meter: Meter): void {
  if (item === undefined) return;
  const items: unknown[] = isArray(item) ? item : [item];
  meter.spend(4 * items.length);
  if (group.isOwn !== true) {
    const { data } = group;
    const first: unknown[] = data === undefined ? [] : isArray(data) ? data : [data];
    meter.spend(first.length);
    group.isOwn = true;
    group.data = [...first];
  }
  const all = group.data as unknown[];
  for (const one of items) all.push(one);
}
