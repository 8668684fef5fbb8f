// Templates: JSON in which some strings are expressions, such as the input of a task or the output of a plan.
import {
  allowance,
  compileExpression,
  ExpressionError,
  expressionSource,
  type Allowance,
  type Expression,
  type Scope,
} from './expression.js';
import { NEWEST_RULES, type Rules } from '../rules.js';
import { hasExpression } from './engine/marks.js';
import type { Path } from '../problem.js';

/** All expressions of a template share one allowance. Throws an ExpressionError. */
export type Template = (scope: Scope, from?: Allowance) => unknown;

/** Compiles a template, for runs of these rules. A value without expressions is returned as it is. A malformed expression throws only when it is evaluated. */
export function compileTemplate(value: unknown, rules: Rules = NEWEST_RULES): Template {
  const source = expressionSource(value);
  if (source !== undefined) return expressionTemplate(compileExpression(source, rules));
  if (!hasExpression(value)) return () => value;
  if (Array.isArray(value)) {
    const parts = value.map((part) => compileTemplate(part, rules));
    // In an array, an absent value becomes null, as in JSON.
    return (scope, from = allowance()) => parts.map((part) => part(scope, from) ?? null);
  }
  const parts = Object.entries(value as object).map(([key, part]) => [key, compileTemplate(part, rules)] as const);
  return (scope, from = allowance()) =>
    Object.fromEntries(
      parts.map(([key, part]) => [key, part(scope, from)] as const).filter(([, made]) => made !== undefined),
    );
}

/** The errors of the expression begin with its text. */
export const expressionTemplate =
  (expression: Expression): Template =>
  (scope, from) => {
    try {
      return expression.evaluate(scope, from);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw new ExpressionError(`{%${expression.source}%}: ${error.message}`);
    }
  };

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
