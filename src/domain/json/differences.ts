// The places in which two JSON values differ, for messages.
import { formatPath, type Path } from '../problem.js';
import { isRecord } from './own-property.js';

export interface Difference {
  /** `tasks.a.needs[0]`; empty for the whole value. */
  readonly path: string;
  /** `undefined` if the value is absent. */
  readonly before: unknown;
  readonly after: unknown;
}

/** The first differences, at most `most`, in the order of the first value. A value that is absent in both is not a difference. */
export function differences(before: unknown, after: unknown, most: number): Difference[] {
  const found: Difference[] = [];
  const visit = (a: unknown, b: unknown, path: Path): void => {
    if (found.length >= most || Object.is(a, b)) return;
    const keys = keysOf(a, b);
    if (keys === undefined) found.push({ path: formatPath(path), before: a, after: b });
    else for (const key of keys) visit(valueAt(a, key), valueAt(b, key), [...path, key]);
  };
  visit(before, after, []);
  return found;
}

/** The keys of two objects or the indexes of two lists; `undefined` if the values are not of the same kind. */
function keysOf(a: unknown, b: unknown): readonly (string | number)[] | undefined {
  if (Array.isArray(a) && Array.isArray(b)) return [...(a.length > b.length ? a : b).keys()];
  return isRecord(a) && isRecord(b) ? [...new Set([...Object.keys(a), ...Object.keys(b)])] : undefined;
}

const valueAt = (value: unknown, key: string | number): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
