// What is asked when an agent has failed for good: the fallbacks of its task, one after the other, until one answers.
import { addUsage, NO_USAGE } from '../../domain/call.js';
import { fallbacksOf, type Fallback } from '../../domain/call-forms.js';
import { holdKey } from '../../domain/escrow.js';
import type { Failure } from '../../domain/failure.js';
import type { Outcome } from '../../domain/outcome.js';
import { inTime } from '../../domain/soon.js';
import { roomForFallback } from '../budget.js';
import { outcomeOf } from '../outcome-of.js';
import { render, report, type Run } from '../run.js';
import { callAgent, inputOf, type Call } from './agent.js';
import { workOf, type Settled, type Work } from './work.js';

export async function askFallbacks(run: Run, work: Work, input: unknown, first: Settled): Promise<Settled> {
  let settled = first;
  const fallbacks = fallbacksOf(work.task.task);
  for (const [place, fallback] of fallbacks.entries()) {
    const { outcome } = settled;
    if (!hasFailedForGood(outcome)) break;
    const suffix = place === 0 ? 'fallback' : `fallback:${place + 1}`;
    settled = await askFallback(
      run,
      work,
      { ...fallback, suffix, hasFallback: place < fallbacks.length - 1 },
      input,
      outcome,
    );
  }
  return settled;
}

type Failed = Exclude<Outcome, { status: 'succeeded' | 'cancelled' }>;

/** A call that was cancelled has not failed: nobody wants its answer any more. */
const hasFailedForGood = (outcome: Outcome): outcome is Failed =>
  outcome.status !== 'succeeded' && outcome.status !== 'cancelled' && outcome.failure.type !== 'Cancelled';

type FallbackCall = Fallback & Pick<Call, 'suffix' | 'hasFallback'>;

async function askFallback(
  run: Run,
  work: Work,
  fallback: FallbackCall,
  input: unknown,
  first: Failed,
): Promise<Settled> {
  const which = workOf(work);
  const hasBudget = run.progress.escrow !== undefined;
  if (hasBudget) report(run, { type: 'fallbackAsked', ...which, agent: fallback.agent, outcome: first });
  const second = await answerOf(run, work, fallback, input, first.failure);
  if (hasBudget) report(run, { type: 'fallbackAnswered', ...which, outcome: second });
  // The first agent may have done its work after all: then there is something to undo.
  const isUnknown = first.status === 'unknown' && second.status !== 'succeeded';
  const last: Outcome = isUnknown ? { ...second, status: 'unknown' } : second;
  const outcome: Outcome = {
    ...last,
    attempts: first.attempts + second.attempts,
    usage: addUsage(first.usage ?? NO_USAGE, second.usage),
  };
  return { outcome, answeredBy: fallback.agent };
}

async function answerOf(run: Run, work: Work, fallback: FallbackCall, input: unknown, why: Failure): Promise<Outcome> {
  try {
    if (run.progress.escrow !== undefined) await roomForFallback(run, holdKey(work.task.id, work.index));
    const scope = { ...work.scope, failure: why };
    const own = fallback.input === undefined ? input : inputOf(await inTime(render(run, fallback.input, scope)));
    return (await callAgent(run, work, { ...fallback, input: own })).outcome;
  } catch (error) {
    return outcomeOf(error);
  }
}
