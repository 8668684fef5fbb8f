// The words for an issue of zod.
import type { z } from 'zod';
import { shown, type Path } from '../problem.js';
import { isRecord } from './own-property.js';

/** What was expected and what came, for one issue; `root` is the value that was parsed. */
export function describeIssue(issue: z.core.$ZodIssue, root: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    return `unknown ${issue.keys.length === 1 ? 'key' : 'keys'} ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
  }
  // A rule between two settings is stated as a rule.
  if (issue.code === 'custom' && !issue.message.includes('expected ')) return issue.message;
  const came = valueUnder(root, issue.path);
  const line = withValue(expectation(issue), came);
  return isNamedEntries(issue, came) ? `${line}; a list has its entries in [ ], or each after a "-"` : line;
}

/** True for `agents: { a: {…} }`: names where a list was expected. */
const isNamedEntries = (issue: z.core.$ZodIssue, came: unknown): boolean =>
  issue.code === 'invalid_type' && issue.expected === 'array' && isRecord(came);

/** `expected X, got Y`; a message that already says what came stays as it is. */
export const withValue = (expected: string, came: unknown): string =>
  expected.includes(', got ') ? expected : `${expected}, got ${shown(came)}`;

function expectation(issue: z.core.$ZodIssue): string {
  // A message that the schema has for the union as a whole is clearer than the expectations of its members.
  if (issue.code === 'invalid_union' && issue.errors.length > 0 && issue.message === 'Invalid input') {
    const members = issue.errors.map((member) => (member[0] === undefined ? '' : expectation(member[0])));
    return `expected ${[...new Set(members)].map((member) => member.replace(/^expected /, '')).join(' or ')}`;
  }
  const start = issue.message.toLowerCase().indexOf('expected ');
  const text = start < 0 ? issue.message : `e${issue.message.slice(start + 1)}`;
  return text.replace(/, received .*$/s, '');
}

/** The issues of the only member of a union that has the type of the value; `undefined` if several have it, or none. */
export function intendedForm(issue: z.core.$ZodIssue): z.core.$ZodIssue[] | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  const isOfType = (form: readonly z.core.$ZodIssue[]) =>
    form.every(({ code, path }) => path.length > 0 || (code !== 'invalid_type' && code !== 'invalid_value'));
  const [form, another] = issue.errors.filter(isOfType);
  if (form === undefined || another !== undefined) return undefined;
  return form.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
}

/** The part of a value at the path of an issue; `undefined` if there is none. */
export function valueUnder(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
