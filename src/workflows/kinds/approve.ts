// Waits for a person. The answer comes by the update `approve`; silence is an answer too, once the time is up.
import { condition } from '@temporalio/workflow';
import { failure } from '../../domain/failure.js';
import type { Approval } from '../../domain/messages.js';
import { stateOf } from '../../domain/progress.js';
import type { Run } from '../run.js';
import { msLeft } from './limit.js';
import type { Settled, Work } from './work.js';

export async function performApprove(run: Run, work: Work): Promise<Settled> {
  const { timeout, onTimeout } = work.task.task.approve!;
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
  const output = {
    approved: true,
    comment: approval?.comment ?? null,
    by: approval?.by ?? null,
    at: new Date(Date.now()).toISOString(),
  };
  return { outcome: { status: 'succeeded', output, attempts: 0 } };
}
