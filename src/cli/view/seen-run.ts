// A run as the views show it. Each sub-plan is a run of its own, below a task of the run that is shown.
import { parseCallName } from '../../domain/call/name.js';
import type { RunResult } from '../../domain/run/result.js';
import type { RunFacts } from './run-facts.js';

export interface SeenRun {
  readonly facts: RunFacts;
  /** From the last poll. */
  readonly snapshot: RunResult;
  /** Milliseconds since 1970; absent while the run is in progress. */
  readonly endedAt?: number | undefined;
}

/** The id of a sub-plan relative to the run: `solve`, `each[3]`, `solve/review`. */
export const pathWithin = ({ id }: RunFacts, sub: SeenRun): string => sub.facts.id.slice(id.length + 1);

/** The index of its item, if it is run for an item of a forEach. */
export const itemOf = ({ facts }: SeenRun): number | undefined =>
  parseCallName(facts.id.slice(facts.id.lastIndexOf('/') + 1))?.index;

/** The sub-plans directly below a task of a run, without the completed items of a forEach. */
export const belowTask = (subRuns: readonly SeenRun[], run: RunFacts, task: string): SeenRun[] =>
  subRuns
    .filter((sub) => {
      const path = sub.facts.id.startsWith(`${run.id}/`) ? pathWithin(run, sub) : '';
      const isDone = itemOf(sub) !== undefined && sub.snapshot.status === 'completed';
      return !path.includes('/') && parseCallName(path)?.task === task && !isDone;
    })
    .sort((a, b) => (itemOf(a) ?? 0) - (itemOf(b) ?? 0));
