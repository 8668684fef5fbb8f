import type { Run } from '../run.js';
import { askPerson } from './ask-person.js';
import type { Settled, Work } from './work.js';

export async function performApprove(run: Run, work: Work): Promise<Settled> {
  const answer = await askPerson(run, work, work.task.task.approve!);
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
