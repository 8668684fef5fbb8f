// Where a value differs from what was expected of it. An object may have more keys than are expected; a list has exactly the items
// that are expected. Matchers such as `expect.any(String)` may be anywhere within what is expected.
import { isDeepStrictEqual } from 'node:util';
import { formatPath, shown, type Path } from '../domain/problem.js';

interface AsymmetricMatcher {
  asymmetricMatch(value: unknown): boolean;
  /** `Any<String>` */
  toAsymmetricMatcher?(): string;
}

/** `input.cents: expected 600, got 500`, one line for each place; none if the value is as expected. */
export function differences(actual: unknown, expected: unknown, path: Path): string[] {
  const line = (what: string, came: string) => [`${formatPath(path)}: expected ${what}, got ${came}`];
  if (isMatcher(expected)) return expected.asymmetricMatch(actual) ? [] : line(nameOf(expected), shown(actual));
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return line('a list', shown(actual));
    if (actual.length !== expected.length) {
      return line(`a list of ${expected.length}`, `one of ${actual.length}: ${shown(actual)}`);
    }
    return expected.flatMap((item, i) => differences(actual[i], item, [...path, i]));
  }
  if (isPlain(expected)) {
    if (typeof actual !== 'object' || actual === null) return line(shown(expected), shown(actual));
    const values = actual as Readonly<Record<string, unknown>>;
    return Object.keys(expected).flatMap((key) => differences(values[key], expected[key], [...path, key]));
  }
  return isDeepStrictEqual(actual, expected) ? [] : line(shown(expected), shown(actual));
}

const isMatcher = (value: unknown): value is AsymmetricMatcher =>
  typeof value === 'object' &&
  value !== null &&
  'asymmetricMatch' in value &&
  typeof value.asymmetricMatch === 'function';

const nameOf = (matcher: AsymmetricMatcher): string => matcher.toAsymmetricMatcher?.() ?? 'what the matcher accepts';

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};
