// `--on-conflict` on the command line, and what is printed about a run that is queued.
import { InvalidInputError } from '../../client/errors.js';
import { parseOnConflict } from '../../client/on-conflict.js';
import type { OnConflict } from '../../domain/on-conflict.js';
import type { StartedRun } from '../../client.js';
import { UsageError } from '../terminal/errors.js';

/** Throws UsageError. */
export function readOnConflict(value: string): OnConflict {
  try {
    return parseOnConflict(value);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new UsageError(error.problems.map((problem) => problem.replace(/^onConflict/, '--on-conflict')));
  }
}

/** `queued: starts when the run of this id has ended, after 2 others that wait` */
export function queuedText({ run: { id } }: StartedRun, ahead: number, onConflict: OnConflict | undefined): string {
  if (onConflict === 'replace') return `run ${id} is being cancelled; the new run starts when it has ended`;
  const others = ahead === 0 ? '' : `, after ${ahead} other${ahead === 1 ? '' : 's'} in the queue`;
  return `queued behind run ${id}, which is in progress: the new run starts when it has ended${others}`;
}
