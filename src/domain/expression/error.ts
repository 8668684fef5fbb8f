/** The expression is malformed, or could not be evaluated. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}
