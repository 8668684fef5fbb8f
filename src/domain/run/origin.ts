// Where the outputs of a run come from: from the run itself, from the run it was forked from, or from the cache.
import { jointOrigin, type Origin } from '../call/origin.js';
import type { RunResult, TaskResult } from './result.js';

export const taskOrigin = ({ reused, cached }: TaskResult): Origin | undefined =>
  reused !== undefined ? 'reused' : cached === true ? 'cached' : undefined;

export const hasBegun = ({ startedAt }: TaskResult): boolean => startedAt !== null;

/** The origin of all outputs of a run; `undefined` if the run made any of them itself. */
export const runOrigin = ({ tasks }: Pick<RunResult, 'tasks'>): Origin | undefined =>
  jointOrigin(Object.values(tasks).filter(hasBegun).map(taskOrigin));

/** `reused 197, ran 3`; `undefined` if the run is not a fork and made all outputs itself. */
export function originText({ tasks, forkOf }: Pick<RunResult, 'tasks' | 'forkOf'>): string | undefined {
  const begun = Object.values(tasks).filter(hasBegun);
  const count = (origin: Origin | undefined): number => begun.filter((task) => taskOrigin(task) === origin).length;
  const cached = count('cached');
  if (forkOf === undefined && cached === 0) return undefined;
  return [
    ...(forkOf === undefined ? [] : [`reused ${count('reused')}`]),
    ...(cached === 0 ? [] : [`cached ${cached}`]),
    `ran ${count(undefined)}`,
  ].join(', ');
}
