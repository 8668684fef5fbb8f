// A plan is JSON: it travels in a payload. This is checked before anything else, without recursion and within bounds, so
// that every later check may recurse, print and compare without a thought for depth, size or circles.
import { got, problem, type Path, type Problem } from '../problem.js';
import { jsonBytes } from '../size.js';

/** Ten levels of sub-plans take thirty; the rest is for data in inputs. */
const MAX_NESTING = 200;
/** A plan travels in one payload of at most 2 MiB, together with the progress of its run. */
export const MAX_PLAN_BYTES = 1.5 * 1024 * 1024;
/** No JSON of MAX_PLAN_BYTES has more values: each takes a character and a comma. */
const MAX_VALUES = MAX_PLAN_BYTES / 2;

interface Place {
  readonly value: unknown;
  readonly key: PropertyKey | undefined;
  readonly parent: Place | undefined;
  readonly depth: number;
}

/** The first reason why a value is no JSON that a plan could be; `undefined` if there is none. */
export function jsonProblem(root: unknown): Problem | undefined {
  const open: Place[] = [{ value: root, key: undefined, parent: undefined, depth: 0 }];
  let values = 0;
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { value, depth } = place;
    if (++values > MAX_VALUES) return tooLarge(`more than ${MAX_VALUES} values`);
    if (!isJson(value)) {
      return problem('plan.not-json', pathOf(place), `expected a JSON value, got ${describe(value)}`);
    }
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= MAX_NESTING) {
      return problem('plan.too-nested', [], `expected at most ${MAX_NESTING} levels of nesting, got more`);
    }
    for (const [key, part] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
      // An absent value in an object is no value; in an array it would become null.
      if (part !== undefined || Array.isArray(value)) open.push({ value: part, key, parent: place, depth: depth + 1 });
    }
  }
  return undefined;
}

/** Expects a value without a `jsonProblem`. */
export function sizeProblem(root: unknown): Problem | undefined {
  const bytes = jsonBytes(root);
  return bytes <= MAX_PLAN_BYTES ? undefined : tooLarge(`${(bytes / 1024 / 1024).toFixed(1)} MiB`);
}

const tooLarge = (came: string): Problem =>
  problem(
    'plan.too-large',
    [],
    `expected at most ${MAX_PLAN_BYTES / 1024 / 1024} MiB as JSON, got ${came}`,
    'put large data where agents can fetch it, or parts of the plan into plans of their own',
  );

function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return typeof value === 'string' || typeof value === 'boolean';
  if (value === null || Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  // The prototype of an object from another realm is not this one's, but has none itself.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `an object of class ${value.constructor?.name ?? 'unknown'}`;
  if (value === undefined) return 'nothing';
  return typeof value === 'number' ? String(value) : `a ${typeof value}: ${got(value)}`;
}

function pathOf(place: Place): Path {
  const path: PropertyKey[] = [];
  for (let at: Place | undefined = place; at?.key !== undefined; at = at.parent) path.unshift(at.key);
  return path;
}
