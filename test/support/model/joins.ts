// The joins, written a second time from the documents, to judge the code: by trying every way in which the open needs may end.
import type { Join } from '../../../src/domain/plan/plan.js';

/** How a need looks to a join. A need that is `open` may stay so for ever. */
export type Side = 'succeeded' | 'failed' | 'passed' | 'open';
export type Certainty = 'holds' | 'never' | 'open';

const ENDS: readonly Side[] = ['succeeded', 'failed', 'passed'];

const known = new Map<string, Certainty>();

export function judge(join: Join, needs: readonly Side[]): Certainty {
  const key = JSON.stringify([join, needs]);
  const answer = known.get(key) ?? judgeCompletions(join, needs);
  known.set(key, answer);
  return answer;
}

function judgeCompletions(join: Join, needs: readonly Side[]): Certainty {
  const answers = new Set(completions(needs).map((sides) => isMet(join, sides)));
  if (answers.size === 2) return 'open';
  return answers.has(true) ? 'holds' : 'never';
}

function completions([first, ...rest]: readonly Side[]): Side[][] {
  if (first === undefined) return [[]];
  const firsts = first === 'open' ? [...ENDS, first] : [first];
  return completions(rest).flatMap((others) => firsts.map((side) => [side, ...others]));
}

/** Whether a join is met by needs that will not change any more. */
function isMet(join: Join, sides: readonly Side[]): boolean {
  const count = (side: Side) => sides.filter((one) => one === side).length;
  if (typeof join === 'object') return count('succeeded') >= join.atLeast;
  switch (join) {
    case 'all-succeeded':
      return count('succeeded') === sides.length;
    case 'none-failed':
      return count('failed') + count('open') === 0;
    case 'all-done':
      return count('open') === 0;
    case 'any-succeeded':
      return count('succeeded') > 0;
    case 'any-failed':
      return count('failed') > 0;
  }
}
