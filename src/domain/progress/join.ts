// Whether a task may start, judged from how its needs have ended so far. `holds` and `never` are returned as soon as they are certain.
import type { Join } from '../plan/plan.js';
import type { NeedCounts, TaskState } from './state.js';

export type JoinVerdict = 'holds' | 'waits' | 'never';

export function judgeJoin(join: Join, { open, succeeded, failed, passed }: NeedCounts): JoinVerdict {
  if (typeof join === 'object') {
    if (succeeded >= join.atLeast) return 'holds';
    return succeeded + open < join.atLeast ? 'never' : 'waits';
  }
  const verdict = (holds: boolean, never: boolean): JoinVerdict => (holds ? 'holds' : never ? 'never' : 'waits');
  switch (join) {
    case 'all-succeeded':
      return verdict(open + failed + passed === 0, failed + passed > 0);
    case 'none-failed':
      return verdict(open + failed === 0, failed > 0);
    case 'all-done':
      return verdict(open === 0, false);
    case 'any-succeeded':
      return verdict(succeeded > 0, open === 0);
    case 'any-failed':
      return verdict(failed > 0, open === 0);
    default:
      return join satisfies never;
  }
}

/** How a need that has ended is counted. */
export function sideOf({ status, skip }: Pick<TaskState, 'status' | 'skip'>): 'succeeded' | 'failed' | 'passed' {
  if (status === 'succeeded') return 'succeeded';
  return skip === undefined || skip.cause === 'failure' ? 'failed' : 'passed';
}
