import type { Plan } from './plan.js';
import { formatProblem, type Problem } from '../problem.js';
import { ProblemsError } from '../problems-error.js';
import { validatePlan } from './validate/index.js';

/** The plan cannot run. The message has one line for each problem. */
export class InvalidPlanError extends ProblemsError<Problem> {
  override readonly name = 'InvalidPlanError';

  constructor(problems: readonly Problem[]) {
    super(problems, formatProblem);
  }
}

/** Returns the plan if it is valid. Throws an InvalidPlanError that lists all problems. `agents` and `plans`: see `validatePlan`. */
export function parsePlan(raw: unknown, agents?: Iterable<string>, plans?: ReadonlyMap<string, unknown>): Plan {
  const { plan, problems } = validatePlan(raw, agents, plans);
  if (plan === undefined) throw new InvalidPlanError(problems);
  return plan;
}
