import { askQuestion } from './ask.js';
import type { Run } from '../run.js';
import { waitForDecision } from './wait-for-decision.js';
import type { Settlement, Work } from './work.js';

export async function performApprove(run: Run, work: Work): Promise<Settlement> {
  const approve = work.task.task.approve!;
  if (run.rules >= 3) await askQuestion(run, work, approve);
  const answer = await waitForDecision(run, work, approve);
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
