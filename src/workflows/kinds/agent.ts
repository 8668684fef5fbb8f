// A task of kind agent, race or vote: chooses between one call, several parallel calls, a hedged call and fallbacks.
import { contestOf } from '../../domain/call/race-and-vote.js';
import { renderUnopened, type Run } from '../run.js';
import { callAgent, defaultInput } from './call-agent.js';
import { callFallbacks } from './fallback.js';
import { callHedged } from './hedge.js';
import { callInParallel } from './parallel-calls.js';
import type { Settlement, Work } from './work.js';

export function performAgent(run: Run, work: Work): PromiseLike<Settlement> {
  const input = renderUnopened(run, work.task.task.input, work.scope);
  if (input instanceof Promise) return input.then((value) => callWithFallbacks(run, work, defaultInput(value)));
  return callWithFallbacks(run, work, defaultInput(input));
}

function callWithFallbacks(run: Run, work: Work, input: unknown): PromiseLike<Settlement> {
  const first = callFirst(run, work, input);
  if (work.task.task.fallback === undefined) return first;
  return Promise.resolve(first).then((settled) => callFallbacks(run, work, input, settled));
}

function callFirst(run: Run, work: Work, input: unknown): PromiseLike<Settlement> {
  const { task } = work.task;
  const contest = contestOf(task);
  if (contest !== undefined) return callInParallel(run, work, contest, input);
  const call = { agent: task.agent!, input };
  return task.hedge === undefined ? callAgent(run, work, call) : callHedged(run, work, task.hedge, call);
}
