import type { Run } from '../run.js';
import { waitForDecision } from './wait-for-decision.js';
import type { Settlement, Work } from './work.js';

export async function performApprove(run: Run, work: Work): Promise<Settlement> {
  const answer = await waitForDecision(run, work, work.task.task.approve!);
  if ('outcome' in answer) return answer;
  const { approval } = answer;
  const output = {
    approved: true,
    comment: approval?.comment ?? null,
    by: approval?.by ?? null,
    at: new Date(Date.now()).toISOString(),
  };
  return { outcome: { status: 'succeeded', output, attempts: 0 } };
}
