// Where an output comes from that this run did not make: then nothing was spent on it, and it is not this run's to undo.
import type { RunResult, TaskResult } from './run-result.js';

/** `reused`: from the run that this one is a fork of; `cached`: from whichever run asked the same not long ago. */
export type Origin = 'reused' | 'cached';

/** Of what is made of several outputs; `undefined` if any of them is this run's own. */
export function jointOrigin(origins: Iterable<Origin | undefined>): Origin | undefined {
  let joint: Origin | undefined;
  for (const origin of origins) {
    if (origin === undefined) return undefined;
    if (joint !== 'reused') joint = origin;
  }
  return joint;
}

const originOf = ({ reused, cached }: TaskResult): Origin | undefined =>
  reused !== undefined ? 'reused' : cached === true ? 'cached' : undefined;

const hasBegun = ({ startedAt }: TaskResult): boolean => startedAt !== null;

/** Of all that a run did; `undefined` if it did any of it itself. */
export const originOfRun = ({ tasks }: Pick<RunResult, 'tasks'>): Origin | undefined =>
  jointOrigin(Object.values(tasks).filter(hasBegun).map(originOf));

/** `reused 197, ran 3`; nothing for a run that made all outputs itself, and is no fork. */
export function originText({ tasks, forkOf }: Pick<RunResult, 'tasks' | 'forkOf'>): string | undefined {
  const begun = Object.values(tasks).filter(hasBegun);
  const count = (origin: Origin | undefined): number => begun.filter((task) => originOf(task) === origin).length;
  const cached = count('cached');
  if (forkOf === undefined && cached === 0) return undefined;
  return [
    ...(forkOf === undefined ? [] : [`reused ${count('reused')}`]),
    ...(cached === 0 ? [] : [`cached ${cached}`]),
    `ran ${count(undefined)}`,
  ].join(', ');
}
