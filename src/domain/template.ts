// A template is JSON in which some strings are expressions: a task's input, a plan's output.
import { compileExpression, ExpressionError, expressionSource, type Expression, type Scope } from './expression.js';
import type { Path } from './problem.js';
import { allSoon, andThen, here, type Soon } from './soon.js';

export type Template = (scope: Scope) => Soon<unknown>;

/** Compiles once; evaluating costs nothing where nothing is an expression. Throws nothing: a bad expression fails when it is evaluated. */
export function compileTemplate(value: unknown): Template {
  const source = expressionSource(value);
  if (source !== undefined) return expressionTemplate(compileExpression(source));
  if (!hasExpression(value)) return () => here(value);
  if (Array.isArray(value)) {
    const parts = value.map(compileTemplate);
    // An absent value is null in an array, as in JSON.
    return (scope) =>
      andThen(allSoon(parts.map((part) => part(scope))), (made) => here(made.map((one) => one ?? null)));
  }
  const keys = Object.keys(value as object);
  const parts = Object.values(value as object).map(compileTemplate);
  return (scope) =>
    andThen(allSoon(parts.map((part) => part(scope))), (made) =>
      here(Object.fromEntries(keys.map((key, i) => [key, made[i]] as const).filter(([, one]) => one !== undefined))),
    );
}

function expressionTemplate(expression: Expression): Template {
  const named = (error: unknown): unknown =>
    error instanceof ExpressionError ? new ExpressionError(`{%${expression.source}%}: ${error.message}`) : error;
  return (scope) => {
    try {
      const soon = expression.evaluate(scope);
      if (!(soon instanceof Promise)) return soon;
      return soon.catch((error: unknown) => Promise.reject(asError(named(error))));
    } catch (error) {
      throw asError(named(error));
    }
  };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

function hasExpression(value: unknown): boolean {
  if (typeof value === 'string') return expressionSource(value) !== undefined;
  if (value === null || typeof value !== 'object') return false;
  return Object.values(value).some(hasExpression);
}

export interface Text {
  readonly text: string;
  readonly path: Path;
}

/** Every string in a JSON value, with its path. */
export function stringsIn(value: unknown, path: Path = [], found: Text[] = []): Text[] {
  if (typeof value === 'string') found.push({ text: value, path });
  else if (Array.isArray(value)) for (const [i, part] of value.entries()) stringsIn(part, [...path, i], found);
  else if (value !== null && typeof value === 'object') {
    for (const [key, part] of Object.entries(value)) stringsIn(part, [...path, key], found);
  }
  return found;
}
