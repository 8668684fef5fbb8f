// Asks the planner, and tells it all that is wrong with its plan, as often as the task allows.
import { addUsage, NO_USAGE, type Usage } from '../../domain/call.js';
import { failure } from '../../domain/failure.js';
import { readMadePlan, type MadeUnder } from '../../domain/made-plan.js';
import { jointOrigin, type Origin } from '../../domain/origin.js';
import type { Decompose, Plan } from '../../domain/plan.js';
import { DEFAULT_REPAIRS, readAnswer, rejection, type PlannerRequest } from '../../domain/planner.js';
import { formatProblem, type Problem } from '../../domain/problem.js';
import type { Run } from '../run.js';
import { callAgent } from './agent.js';
import type { Settled, Work } from './work.js';

export interface Question {
  readonly goal: string;
  readonly input: unknown;
  readonly under: MadeUnder;
  readonly decompose: Decompose;
}

export interface Planned {
  readonly plan: Plan;
  /** What the planner wants it to be run with; absent where it leaves that to the task. */
  readonly input?: unknown;
  /** Of all that the planner was asked. */
  readonly usage: Usage;
  /** Of all that it answered. */
  readonly origin: Origin | undefined;
}

/** How the task ends, where there is no plan: `PlanRejected` with the last one, or what the planner failed with. */
export async function askPlanner(run: Run, work: Work, question: Question): Promise<Planned | Settled> {
  const { goal, input, under, decompose } = question;
  const { repairs = DEFAULT_REPAIRS, planner } = decompose;
  let request: PlannerRequest = { goal, input, agents: under.catalogue.entries, limits: under.limits };
  let usage = NO_USAGE;
  const origins: (Origin | undefined)[] = [];
  for (let repair = 0; ; repair++) {
    const suffix = repair === 0 ? 'plan' : `repair-${repair}`;
    const { outcome } = await callAgent(run, work, { agent: planner, input: request, suffix });
    usage = addUsage(usage, outcome.usage);
    if (outcome.status !== 'succeeded') return { outcome: { ...outcome, usage } };
    origins.push(outcome.origin);
    const answer = readAnswer(outcome.output);
    const made = 'problem' in answer ? { problems: [answer.problem] } : readMadePlan(answer.plan, under);
    if ('plan' in made) {
      const origin = jointOrigin(origins);
      return { plan: made.plan, usage, origin, ...('input' in answer ? { input: answer.input } : {}) };
    }
    if (repair >= repairs) return { outcome: { ...rejected(made.problems, outcome.output, repair + 1), usage } };
    request = { ...request, rejected: rejection(outcome.output, made.problems) };
  }
}

function rejected(problems: readonly Problem[], answer: unknown, times: number): Settled['outcome'] {
  const asked = times === 1 ? 'the planner was asked once' : `the planner was asked ${times} times`;
  const details = rejection(answer, problems);
  const message = `no plan that can be accepted (${asked}): ${details.problems.map(formatProblem).join('; ')}`;
  return { status: 'failed', attempts: times, failure: failure('PlanRejected', message, { details }) };
}
