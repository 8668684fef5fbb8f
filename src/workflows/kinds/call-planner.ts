// Calls the planner. If its plan is rejected, calls it again with all problems, as many times as repairs are allowed.
import { failure } from '../../domain/failure.js';
import type { Plan } from '../../domain/plan/plan.js';
import { DEFAULT_REPAIRS, readAnswer, rejectedAnswer } from '../../domain/planning/planner.js';
import { type PlannerRequest } from '../../domain/planning/request.js';
import { formatProblem, type Problem } from '../../domain/problem.js';
import type { Rules } from '../../domain/rules.js';
import type { Spending } from './spending.js';
import type { Settlement } from './work.js';

export interface PlannerCall<T extends { readonly plan: Plan }> {
  readonly request: PlannerRequest;
  readonly planner: string;
  readonly repairs?: number | undefined;
  /** Reads and checks the answer of the planner. */
  readonly read: (raw: unknown) => T | { readonly problems: readonly Problem[] };
  readonly spending: Spending;
  readonly rules: Rules;
}

export interface PlannerResult<T> {
  readonly made: T;
  /** The input for the plan; absent if the planner leaves it to the task. */
  readonly input?: unknown;
}

/** The plan; or how the task ends without one: `PlanRejected` with the last answer, or the failure of the planner. */
export async function callPlanner<T extends { readonly plan: Plan }>(
  question: PlannerCall<T>,
): Promise<PlannerResult<T> | Settlement> {
  const { planner, repairs = DEFAULT_REPAIRS, read, spending, rules } = question;
  let { request } = question;
  for (let repair = 0; ; repair++) {
    const suffix = repair === 0 ? 'plan' : `repair-${repair}`;
    const outcome = await spending.call({ agent: planner, input: request, suffix });
    if (outcome.status !== 'succeeded') return { outcome };
    const answer = readAnswer(outcome.output, rules);
    const made = 'problem' in answer ? { problems: [answer.problem] } : read(answer.plan);
    if ('plan' in made) return { made, ...('input' in answer ? { input: answer.input } : {}) };
    if (repair >= repairs) return { outcome: rejected(made.problems, outcome.output, repair + 1) };
    request = { ...request, rejected: rejectedAnswer(outcome.output, made.problems) };
  }
}

function rejected(problems: readonly Problem[], answer: unknown, times: number): Settlement['outcome'] {
  const calls = times === 1 ? 'the planner was called once' : `the planner was called ${times} times`;
  const details = rejectedAnswer(answer, problems);
  const message = `no acceptable plan (${calls}): ${details.problems.map(formatProblem).join('; ')}`;
  return { status: 'failed', attempts: times, failure: failure('PlanRejected', message, { details }) };
}
