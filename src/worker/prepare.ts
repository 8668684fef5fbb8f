// Prepares runs as the client of this package does, with the configuration of the worker.
import type { Prepare } from '../activities/prepare-run.js';
import { InvalidInputError } from '../client/errors.js';
import type { KnownAgents } from '../client/check-plan.js';
import { prepareRun } from '../client/prepare-run.js';
import { defined } from '../domain/json/defined.js';
import { InvalidPlanError } from '../domain/plan/parse.js';
import { formatProblem } from '../domain/problem.js';

/** `known`: what the worker knows. Its plans are those that the client sends. */
export const createPrepare =
  (known: Omit<KnownAgents, 'plans'>): Prepare =>
  ({ plan, input, plans = {}, budget, tenant, valueLimit }) => {
    try {
      const named = new Map(Object.entries(plans));
      const request = prepareRun(plan, input, { ...known, plans: named }, defined({ budget, tenant, valueLimit }));
      return { request };
    } catch (error) {
      if (error instanceof InvalidPlanError) {
        return { problems: { of: 'plan', lines: error.problems.map(formatProblem) } };
      }
      if (error instanceof InvalidInputError) return { problems: { of: 'input', lines: [...error.problems] } };
      throw error;
    }
  };
