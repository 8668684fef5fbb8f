// The fallbacks of a task: called one after the other, after its agent has failed and will not be retried, until one succeeds.
import { addUsage, NO_USAGE } from '../../domain/call/usage.js';
import { fallbacksOf, type Fallback } from '../../domain/call/options.js';
import { itemName } from '../../domain/call/name.js';
import type { Failure } from '../../domain/failure.js';
import type { Outcome } from '../../domain/call/outcome.js';
import { waitForFallbackHold } from '../budget.js';
import { withCause } from '../calls/call-outcome.js';
import { outcomeFromError } from '../calls/outcome-from-error.js';
import { renderUnopened, report, type Run } from '../run.js';
import { callAgent, type Call, defaultInput } from './call-agent.js';
import { workKey, type Settlement, type Work } from './work.js';

export async function callFallbacks(run: Run, work: Work, input: unknown, first: Settlement): Promise<Settlement> {
  let settled = first;
  const fallbacks = fallbacksOf(work.task.task);
  for (const [place, fallback] of fallbacks.entries()) {
    const { outcome } = settled;
    if (!hasFailedForGood(outcome)) break;
    const suffix = place === 0 ? 'fallback' : `fallback:${place + 1}`;
    settled = await callFallback(
      run,
      work,
      { ...fallback, suffix, hasFallback: place < fallbacks.length - 1 },
      input,
      outcome,
    );
  }
  return settled;
}

type FailedOutcome = Exclude<Outcome, { status: 'succeeded' | 'cancelled' }>;
type UnsuccessfulOutcome = Exclude<Outcome, { status: 'succeeded' }>;

/** A cancelled call has not failed: its answer is not needed any more. */
const hasFailedForGood = (outcome: Outcome): outcome is FailedOutcome =>
  outcome.status !== 'succeeded' && outcome.status !== 'cancelled' && outcome.failure.type !== 'Cancelled';

type FallbackCall = Fallback & Pick<Call, 'suffix' | 'hasFallback'>;

async function callFallback(
  run: Run,
  work: Work,
  fallback: FallbackCall,
  input: unknown,
  first: FailedOutcome,
): Promise<Settlement> {
  const which = workKey(work);
  const hasBudget = run.progress.escrow !== undefined;
  if (hasBudget) report(run, { type: 'fallbackRequested', ...which, agent: fallback.agent, outcome: first });
  const second = await fallbackOutcome(run, work, fallback, input, first.failure);
  if (hasBudget) report(run, { type: 'fallbackEnded', ...which, outcome: second });
  // The first agent may have done its work: then there is something to undo.
  const isUnknown = first.status === 'unknown' && second.status !== 'succeeded';
  const last: Outcome = isUnknown ? { ...second, status: 'unknown', failure: whyUnknown(run, first, second) } : second;
  const outcome: Outcome = {
    ...last,
    attempts: first.attempts + second.attempts,
    usage: addUsage(first.usage ?? NO_USAGE, second.usage),
  };
  return { outcome, answeredBy: fallback.agent };
}

/** Adds the failure of the first agent: the failure of the fallback does not explain why the task is unknown. */
function whyUnknown(
  { rules }: Run,
  { failure: first }: FailedOutcome,
  { failure: last }: UnsuccessfulOutcome,
): Failure {
  const firstCause = first.cause === undefined ? '' : ` (${first.cause})`;
  return rules < 2 ? last : withCause(last, `before the fallback, ${first.type}: ${first.message}${firstCause}`);
}

async function fallbackOutcome(
  run: Run,
  work: Work,
  fallback: FallbackCall,
  input: unknown,
  why: Failure,
): Promise<Outcome> {
  try {
    if (run.progress.escrow !== undefined) await waitForFallbackHold(run, itemName(work.task.id, work.index));
    const scope = { ...work.scope, failure: why };
    const own = fallback.input === undefined ? input : defaultInput(await renderUnopened(run, fallback.input, scope));
    return (await callAgent(run, work, { ...fallback, input: own })).outcome;
  } catch (error) {
    return outcomeFromError(error);
  }
}
