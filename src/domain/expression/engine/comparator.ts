// Recognizes comparators that compare the same key of both elements: `$sort(list, function($l, $r) { $l.key > $r.key })`. The key of
// each element is then read once; JSONata calls the function for each of the n log n comparisons.
import { jsonataError } from './jsonata-error.js';
import { sidesOf, variablePathOf } from './tree.js';

type Value = string | number | undefined;

/** A function that an expression has defined. */
interface Lambda {
  readonly arguments: readonly { readonly value: unknown }[];
  readonly signature?: unknown;
  readonly body: unknown;
}

export interface KeyComparator {
  readonly names: readonly string[];
  /** True if the element with the left key comes after the one with the right key. Throws the errors of JSONata's operators. */
  readonly isAfter: (left: unknown, right: unknown) => boolean;
}

export function keyComparatorOf(lambda: unknown): KeyComparator | undefined {
  if (typeof lambda !== 'object' || lambda === null || !('_jsonata_lambda' in lambda)) return undefined;
  const { arguments: parameters, signature, body } = lambda as unknown as Lambda;
  const comparison = sidesOf(body, '>', '<');
  if (comparison === undefined || parameters.length !== 2 || signature !== undefined) return undefined;
  const { operator, sides } = comparison;
  const [left, right] = sides.map(variablePathOf);
  const [first, second] = parameters.map(({ value }) => value);
  if (left === undefined || right === undefined || left.names.join('.') !== right.names.join('.')) return undefined;
  const { position } = body as { position?: number };
  const throwWith = (code: string, values: object): never => {
    throw jsonataError(code, { ...values, position, token: operator });
  };
  // The operator may have the first parameter on its left or on its right.
  const isInOrder = left.variable === first && right.variable === second;
  const isTurned = left.variable === second && right.variable === first;
  if (first === second || !(isInOrder || isTurned)) return undefined;
  return {
    names: left.names,
    isAfter: (a, b) => {
      const [l, r] = isInOrder ? [a, b] : [b, a];
      const isValue = (one: unknown): one is Value =>
        one === undefined || typeof one === 'string' || typeof one === 'number';
      if (!isValue(l) || !isValue(r))
        return throwWith('T2010', { value: typeof l === 'string' || typeof l === 'number' ? r : l });
      if (l === undefined || r === undefined) return false;
      if (typeof l !== typeof r) return throwWith('T2009', { value: l, value2: r });
      return operator === '>' ? l > r : l < r;
    },
  };
}
