// Budgets as callers give them: all that is wrong is said, in the words of plans, and nothing has been asked of a run then.
import type { z } from 'zod';
import { Addition, Budget } from '../domain/budget.js';
import { formatProblem } from '../domain/problem.js';
import { createContext } from '../domain/validate/context.js';
import { KEYS_UNDER } from '../domain/validate/forms.js';
import { reportIssues } from '../domain/validate/shape.js';
import { InvalidInputError } from './errors.js';

/** Throws InvalidInputError. */
export const parseBudget = (value: unknown): Budget => parse(Budget, 'budget', value);

/** Throws InvalidInputError. */
export const parseAddition = (value: unknown): Addition => parse(Addition, 'add', value);

function parse<T>(schema: z.ZodType<T>, name: string, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const context = createContext(undefined, undefined);
  reportIssues(parsed.error.issues, { raw: value, path: [name], keys: KEYS_UNDER.get('budget')! }, context);
  throw new InvalidInputError(context.problems.map(formatProblem));
}
