// The marks of an expression: a string that is `{% … %}` as a whole.

/** The variables that an expression sees, without their `$`. */
export type Scope = Readonly<Record<string, unknown>>;

const WHOLE = /^\s*\{%([\s\S]*)%\}\s*$/;

/** The JSONata between the marks; `undefined` for any other value. */
export function expressionSource(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return WHOLE.exec(value)?.[1];
}

export function hasExpression(value: unknown): boolean {
  if (typeof value === 'string') return expressionSource(value) !== undefined;
  if (value === null || typeof value !== 'object') return false;
  return Object.values(value).some(hasExpression);
}
