// Budgets as callers give them: all that is wrong is said, and nothing has been asked of a run then.
import { Addition, Budget } from '../domain/budget.js';
import { compileSchema } from '../json-schema.js';
import { InvalidInputError } from './errors.js';

/** Throws InvalidInputError. */
export const parseBudget = (value: unknown): Budget => parsed(compileSchema(Budget, 'budget')(value));

/** `name` is the first word of each problem. Throws InvalidInputError. */
export const parseAddition = (value: unknown, name = 'add'): Addition => parsed(compileSchema(Addition, name)(value));

function parsed<T>(checked: ReturnType<ReturnType<typeof compileSchema<T>>>): T {
  if (!checked.ok) throw new InvalidInputError(checked.problems);
  return checked.value;
}
