// Expressions are JSONata inside `{% … %}`, the whole string. What they may see is a Scope; what they may not do is
// depend on chance, or run for ever: the number of evaluated nodes is bounded, so a loop without end is a failure of its task.
import jsonata from 'jsonata';
import { here, type Soon } from './soon.js';
import { parsePlainPath, walkPlainPath, type PlainPath } from './plain-path.js';

const WHOLE = /^\s*\{%([\s\S]*)%\}\s*$/;

/** The variables an expression may see, without their `$`. */
export type Scope = Readonly<Record<string, unknown>>;

export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

/** Generous for a mapping over tens of thousands of values, and two seconds at most before a loop is called one. */
const MAX_NODES = 1_000_000;
/** JSONata recurses on the JavaScript stack, and what comes near its end may take the whole process down. */
const MAX_DEPTH = 400;
const ON_EVERY_NODE = Symbol.for('jsonata.__evaluate_entry');

/** The JSONata between the marks; `undefined` for any other value. */
export function expressionSource(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return WHOLE.exec(value)?.[1];
}

/** The text as one that is no expression. */
export const plainText = (text: string): string => (expressionSource(text) === undefined ? text : `${text}.`);

export interface Expression {
  readonly source: string;
  readonly plain: PlainPath | undefined;
  /** Rejects, or throws, with an ExpressionError. */
  evaluate(this: void, scope: Scope): Soon<unknown>;
}

/** Parses. Throws ExpressionError where the text is no JSONata. */
export function parseSource(source: string): jsonata.Expression {
  if (nestingOf(source) > MAX_DEPTH)
    throw new ExpressionError(`expected at most ${MAX_DEPTH} brackets within brackets`);
  try {
    return jsonata(source, { stack: MAX_DEPTH });
  } catch (error) {
    throw new ExpressionError(messageOf(error));
  }
}

/** Brackets in quotes count too: nobody quotes so many. */
function nestingOf(source: string): number {
  let [depth, most] = [0, 0];
  for (const char of source) {
    if (char === '(' || char === '[' || char === '{') most = Math.max(most, ++depth);
    else if (char === ')' || char === ']' || char === '}') depth--;
  }
  return most;
}

export function compileExpression(source: string): Expression {
  const plain = parsePlainPath(source);
  let parsed: jsonata.Expression | undefined;
  return {
    source,
    plain,
    evaluate(scope) {
      if (plain !== undefined && Object.hasOwn(scope, plain.root)) {
        const walk = walkPlainPath(plain, scope[plain.root]);
        if (walk.walked) return here(walk.value);
      }
      parsed ??= parseSource(source);
      return interpret(parsed, scope);
    },
  };
}

async function interpret(expression: jsonata.Expression, scope: Scope): Promise<unknown> {
  let nodes = 0;
  const count = () => {
    if (++nodes > MAX_NODES) throw new ExpressionError(`it does not end: stopped after ${MAX_NODES} evaluated nodes`);
  };
  // `assign` is typed for names only; the hook is documented under a symbol.
  const anyName: { assign(name: string | symbol, value: unknown): void } = expression;
  anyName.assign(ON_EVERY_NODE, count);
  try {
    return plainJson(await expression.evaluate(undefined, { ...scope }));
  } catch (error) {
    throw error instanceof ExpressionError ? error : new ExpressionError(messageOf(error));
  }
}

/** JSONata's sequences carry hidden marks, and functions are values to it: only JSON leaves. */
function plainJson(value: unknown): unknown {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'function') throw new ExpressionError('it gives a function, which is no JSON value');
    return part;
  });
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  const { message, position } = error as { message: unknown; position?: unknown };
  return typeof position === 'number' ? `${String(message)} (at character ${position})` : String(message);
}

/** What JSONata's `$boolean` says of a JSON value: empty strings, arrays and objects, zero and null are false. */
export function isTruthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isTruthy);
  if (value !== null && typeof value === 'object') return Object.keys(value).length > 0;
  return Boolean(value);
}
