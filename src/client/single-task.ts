// One call of one agent as a run of its own.
import type { Agent } from '../domain/agent/agent.js';
import type { Plan } from '../domain/plan/plan.js';
import type { RunResult } from '../domain/run/result.js';
import { TaskFailedError } from './errors.js';
import { prepareRun, type PreparedRun, type RunTerms } from './prepare-run.js';

/** Throws InvalidInputError. */
export function prepareTask<I, O>(agent: Agent<I, O>, input: I, terms: RunTerms): PreparedRun {
  const plan: Plan = { name: agent.type, tasks: { call: { agent: agent.type, input: '{% $input %}' } } };
  return prepareRun(plan, input, { agents: [agent] }, terms);
}

/** Throws TaskFailedError. */
export function outputOfTask(result: RunResult): unknown {
  const { failure, status, output } = result.tasks['call']!;
  if (status === 'succeeded') return output;
  throw new TaskFailedError(failure ?? result.failure!, result);
}
