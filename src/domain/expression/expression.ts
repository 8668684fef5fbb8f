// Expressions: JSONata inside `{% … %}`, as the whole string. An expression sees the variables of a Scope. It must not depend on
// chance, and its cost is bounded: an expression that goes beyond its bounds fails, and its task with it.
import { hasValueReferences, openValue } from '../json/value-reference.js';
import { NEWEST_RULES, type Rules } from '../rules.js';
import { allowance, evaluate, parse, type Allowance, type Parsed } from './engine/evaluator.js';
import { keepLists } from './engine/keep-lists.js';
import { expressionSource, type Scope } from './engine/marks.js';
import { parseIndexedPath, walkIndexedPath } from './indexed-path.js';

export { allowance, type Allowance } from './engine/evaluator.js';
export { expressionSource, type Scope } from './engine/marks.js';
export { ExpressionError } from './error.js';

/** The text, changed if needed so that it is not read as an expression. */
export const plainText = (text: string): string => (expressionSource(text) === undefined ? text : `${text}.`);

export interface Expression {
  readonly source: string;
  /** Subtracts its cost from the allowance. Throws an ExpressionError. */
  evaluate(this: void, scope: Scope, from?: Allowance): unknown;
}

/** Parses JSONata. Throws an ExpressionError if the text is malformed. */
export const parseSource = (source: string): Parsed => parse(source, allowance());

export const compileExpression = (source: string, rules: Rules = NEWEST_RULES): Expression =>
  compile(source, rules, () => undefined);

/** An expression of which a list is wanted: a match stays a list of one. What is not a list stays as it is. */
export const compileListExpression = (source: string): Expression =>
  compile(source, NEWEST_RULES, (parsed) => keepLists(parsed.ast()));

function compile(source: string, rules: Rules, prepare: (parsed: Parsed) => void): Expression {
  const path = parseIndexedPath(source);
  let parsed: Parsed | undefined;
  return {
    source,
    evaluate(scope, from = allowance()) {
      const walk = path === undefined ? undefined : walkIndexedPath(path, scope);
      if (walk?.walked === true) return walk.value;
      if (parsed === undefined) prepare((parsed = parse(source, from)));
      return evaluate(parsed, withoutReferences(scope, source), from, rules);
    },
  };
}

/** Their fields are opened when they are read. */
const OPENED_WHEN_READ: ReadonlySet<string> = new Set(['tasks', 'needs', 'run']);

/** JSONata reads all variables. Those that the expression does not mention are left out instead of opened. */
function withoutReferences(scope: Scope, source: string): Scope {
  const closed = Object.keys(scope).filter((name) => !OPENED_WHEN_READ.has(name) && hasValueReferences(scope[name]));
  if (closed.length === 0) return scope;
  const isMentioned = (name: string) => source.includes(`$${name}`) || source.includes('$eval');
  const opened = closed.map((name) => [name, isMentioned(name) ? openValue(scope[name]) : undefined] as const);
  return { ...scope, ...Object.fromEntries(opened) };
}

/** The result of JSONata's `$boolean` for a JSON value: empty strings, arrays and objects, zero and null are false. */
export function isTruthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isTruthy);
  if (value !== null && typeof value === 'object') return Object.keys(value).length > 0;
  return Boolean(value);
}
