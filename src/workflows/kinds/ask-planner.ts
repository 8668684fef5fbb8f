// Asks the planner, and tells it all that is wrong with its plan, as often as is allowed.
import { failure } from '../../domain/failure.js';
import type { Plan } from '../../domain/plan.js';
import { DEFAULT_REPAIRS, readAnswer, rejection, type PlannerRequest } from '../../domain/planner.js';
import { formatProblem, type Problem } from '../../domain/problem.js';
import type { Purse } from './purse.js';
import type { Settled } from './work.js';

export interface Question<T extends { readonly plan: Plan }> {
  readonly request: PlannerRequest;
  readonly planner: string;
  readonly repairs?: number | undefined;
  /** Reads what the planner answers as a plan. */
  readonly read: (raw: unknown) => T | { readonly problems: readonly Problem[] };
  readonly purse: Purse;
}

export interface Planned<T> {
  readonly made: T;
  /** What the planner wants it to be run with; absent where it leaves that to the task. */
  readonly input?: unknown;
}

/** How it ends, where there is no plan: `PlanRejected` with the last one, or what the planner failed with. */
export async function askPlanner<T extends { readonly plan: Plan }>(
  question: Question<T>,
): Promise<Planned<T> | Settled> {
  const { planner, repairs = DEFAULT_REPAIRS, read, purse } = question;
  let { request } = question;
  for (let repair = 0; ; repair++) {
    const suffix = repair === 0 ? 'plan' : `repair-${repair}`;
    const outcome = await purse.call({ agent: planner, input: request, suffix });
    if (outcome.status !== 'succeeded') return { outcome };
    const answer = readAnswer(outcome.output);
    const made = 'problem' in answer ? { problems: [answer.problem] } : read(answer.plan);
    if ('plan' in made) return { made, ...('input' in answer ? { input: answer.input } : {}) };
    if (repair >= repairs) return { outcome: rejected(made.problems, outcome.output, repair + 1) };
    request = { ...request, rejected: rejection(outcome.output, made.problems) };
  }
}

function rejected(problems: readonly Problem[], answer: unknown, times: number): Settled['outcome'] {
  const asked = times === 1 ? 'the planner was asked once' : `the planner was asked ${times} times`;
  const details = rejection(answer, problems);
  const message = `no plan that can be accepted (${asked}): ${details.problems.map(formatProblem).join('; ')}`;
  return { status: 'failed', attempts: times, failure: failure('PlanRejected', message, { details }) };
}
