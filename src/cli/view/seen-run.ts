// A run as the views see it. Sub-plans are runs of their own, each below a task of the run that is shown.
import { taskOfActivity } from '../../client/retrying.js';
import type { RunResult } from '../../domain/run-result.js';
import type { RunFacts } from './run-facts.js';

export interface SeenRun {
  readonly facts: RunFacts;
  /** As it was at the last look. */
  readonly snapshot: RunResult;
}

/** Below the run's own id: `solve`, `each[3]`, `solve/review`. */
export const pathWithin = ({ id }: RunFacts, sub: SeenRun): string => sub.facts.id.slice(id.length + 1);

/** The place of the item that it is run for, in a forEach. */
export function itemOf({ facts }: SeenRun): number | undefined {
  const [, index] = /\[(\d+)\]$/.exec(facts.id) ?? [];
  return index === undefined ? undefined : Number(index);
}

/** Those directly below a task of a run; items that are done are only counted. */
export const belowTask = (subRuns: readonly SeenRun[], run: RunFacts, task: string): SeenRun[] =>
  subRuns
    .filter((sub) => {
      const path = sub.facts.id.startsWith(`${run.id}/`) ? pathWithin(run, sub) : '';
      const isDone = itemOf(sub) !== undefined && sub.snapshot.status === 'completed';
      return !path.includes('/') && taskOfActivity(path) === task && !isDone;
    })
    .sort((a, b) => (itemOf(a) ?? 0) - (itemOf(b) ?? 0));
