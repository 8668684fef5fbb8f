// When a task may start, told from how its needs have ended so far. Both answers are given as early as they are certain.
import type { Join } from './plan.js';
import type { TaskState } from './progress.js';

/** How the needs of one task stand. A skip by failure, a cancelled and an unknown need count as failed. */
export interface NeedCounts {
  open: number;
  succeeded: number;
  failed: number;
  /** Skipped because a condition was false: neither succeeded nor failed. */
  passed: number;
}

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

/** As what a need that has ended counts. */
export function sideOf({ status, skip }: Pick<TaskState, 'status' | 'skip'>): 'succeeded' | 'failed' | 'passed' {
  if (status === 'succeeded') return 'succeeded';
  return skip === undefined || skip.cause === 'failure' ? 'failed' : 'passed';
}
