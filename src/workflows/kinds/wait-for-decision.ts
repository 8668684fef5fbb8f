// Waits for a person to approve or reject, by the update `approve`. When the time is up, `onTimeout` decides.
import { condition } from '@temporalio/workflow';
import { failure } from '../../domain/failure.js';
import type { Approval } from '../../domain/run/messages.js';
import type { Approve } from '../../domain/plan/plan.js';
import { stateOf } from '../../domain/progress/progress.js';
import { notifyWait } from '../notify.js';
import type { Run } from '../run.js';
import { msLeft } from './time-limit.js';
import type { Settlement, Work } from './work.js';

/** The approval, empty if `onTimeout` approved; or how the task ends, if it was rejected or timed out. */
export async function waitForDecision(
  run: Run,
  work: Work,
  terms: Pick<Approve, 'timeout' | 'onTimeout'>,
): Promise<{ approval?: Approval } | Settlement> {
  const { timeout, onTimeout } = terms;
  const state = stateOf(run.progress, work.task.id);
  notifyWait(run, work, terms);
  const ms = msLeft(run, work, timeout);
  const isAnswered = () => state.answer !== undefined;
  if (ms === undefined) await condition(isAnswered);
  else await condition(isAnswered, ms);
  const approval = state.answer as Approval | undefined;
  if (approval === undefined && onTimeout !== 'approve') {
    return { outcome: { status: 'failed', attempts: 0, failure: failure('TimedOut', 'no answer came in time') } };
  }
  if (approval?.decision === 'reject') {
    const comment = approval.comment === undefined ? '' : `: ${approval.comment}`;
    return { outcome: { status: 'failed', attempts: 0, failure: failure('Rejected', `rejected${comment}`) } };
  }
  return approval === undefined ? {} : { approval };
}
