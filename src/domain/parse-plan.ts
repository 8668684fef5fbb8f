import type { Plan } from './plan.js';
import { formatProblem, type Problem } from './problem.js';
import { validatePlan } from './validate/index.js';

/** A plan that cannot run. The message has a line for each problem. */
export class InvalidPlanError extends Error {
  override readonly name = 'InvalidPlanError';

  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
  }
}

/** The plan, or an InvalidPlanError with everything that is wrong with it. For `agents` and `plans` see `validatePlan`. */
export function parsePlan(raw: unknown, agents?: Iterable<string>, plans?: ReadonlyMap<string, unknown>): Plan {
  const { plan, problems } = validatePlan(raw, agents, plans);
  if (plan === undefined) throw new InvalidPlanError(problems);
  return plan;
}
