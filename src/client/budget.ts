// Parses the budgets that callers pass. All problems are reported, in the format of plan problems, before a run is affected.
import type { z } from 'zod';
import { BudgetAddition, Budget } from '../domain/budget/budget.js';
import { formatProblem } from '../domain/problem.js';
import { createContext } from '../domain/plan/validate/context.js';
import { KEYS_UNDER } from '../domain/plan/validate/vocabulary.js';
import { reportIssues } from '../domain/plan/validate/zod-issues.js';
import { InvalidInputError } from './errors.js';

/** Throws InvalidInputError. */
export const parseBudget = (value: unknown): Budget => parse(Budget, 'budget', value);

/** Throws InvalidInputError. */
export const parseAddition = (value: unknown): BudgetAddition => parse(BudgetAddition, 'add', value);

function parse<T>(schema: z.ZodType<T>, name: string, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const context = createContext(undefined, undefined);
  reportIssues(parsed.error.issues, { raw: value, path: [name], keys: KEYS_UNDER.get('budget')! }, context);
  throw new InvalidInputError(context.problems.map(formatProblem));
}
