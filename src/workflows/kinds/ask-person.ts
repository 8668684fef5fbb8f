// Waits for a person to say yes or no. The answer comes by the update `approve`; silence is one too, once the time is up.
import { condition } from '@temporalio/workflow';
import { failure } from '../../domain/failure.js';
import type { Approval } from '../../domain/messages.js';
import type { Approve } from '../../domain/plan.js';
import { stateOf } from '../../domain/progress.js';
import type { Run } from '../run.js';
import { msLeft } from './limit.js';
import type { Settled, Work } from './work.js';

/** A yes, with what was said; no `approval` where it was silence. A no is how the task ends. */
export async function askPerson(
  run: Run,
  work: Work,
  { timeout, onTimeout }: Pick<Approve, 'timeout' | 'onTimeout'>,
): Promise<{ approval?: Approval } | Settled> {
  const state = stateOf(run.progress, work.task.id);
  const ms = msLeft(run, work, timeout);
  const isAnswered = () => state.answer !== undefined;
  if (ms === undefined) await condition(isAnswered);
  else await condition(isAnswered, ms);
  const approval = state.answer as Approval | undefined;
  if (approval === undefined && onTimeout !== 'approve') {
    return { outcome: { status: 'failed', attempts: 0, failure: failure('TimedOut', 'nobody answered in time') } };
  }
  if (approval?.decision === 'reject') {
    const said = approval.comment === undefined ? '' : `: ${approval.comment}`;
    return { outcome: { status: 'failed', attempts: 0, failure: failure('Rejected', `rejected${said}`) } };
  }
  return approval === undefined ? {} : { approval };
}
