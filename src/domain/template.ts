// A template is JSON in which some strings are expressions: a task's input, a plan's output.
import { compileExpression, ExpressionError, expressionSource, type Expression, type Scope } from './expression.js';
import type { Path } from './problem.js';

export type Template = (scope: Scope) => Promise<unknown>;

/** Compiles once; evaluating costs nothing where nothing is an expression. Throws nothing: a bad expression fails when it is evaluated. */
export function compileTemplate(value: unknown): Template {
  const source = expressionSource(value);
  if (source !== undefined) return expressionTemplate(compileExpression(source));
  if (!hasExpression(value)) return () => Promise.resolve(value);
  if (Array.isArray(value)) {
    const parts = value.map(compileTemplate);
    // An absent value is null in an array, as in JSON.
    return async (scope) => await Promise.all(parts.map(async (part) => (await part(scope)) ?? null));
  }
  const entries = Object.entries(value as object).map(([key, part]) => [key, compileTemplate(part)] as const);
  return async (scope) => {
    const made: [string, unknown][] = [];
    for (const [key, part] of entries) {
      const result = await part(scope);
      if (result !== undefined) made.push([key, result]);
    }
    return Object.fromEntries(made);
  };
}

function expressionTemplate(expression: Expression): Template {
  return async (scope) => {
    try {
      return await expression.evaluate(scope);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw new ExpressionError(`{%${expression.source}%}: ${error.message}`);
    }
  };
}

function hasExpression(value: unknown): boolean {
  if (typeof value === 'string') return expressionSource(value) !== undefined;
  if (value === null || typeof value !== 'object') return false;
  return Object.values(value).some(hasExpression);
}

/** Every string in a JSON value, with its path. */
export function* stringsIn(value: unknown, path: Path = []): Generator<{ text: string; path: Path }> {
  if (typeof value === 'string') yield { text: value, path };
  else if (Array.isArray(value)) for (const [i, part] of value.entries()) yield* stringsIn(part, [...path, i]);
  else if (value !== null && typeof value === 'object') {
    for (const [key, part] of Object.entries(value)) yield* stringsIn(part, [...path, key]);
  }
}
