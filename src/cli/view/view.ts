// A view shows a run while it goes on. Its lines are for people, on stderr.
import type { RunResult } from '../../domain/run-result.js';
import type { RunFacts } from './run-facts.js';

export interface View {
  /** `tasks` where they are others than before. */
  show(this: void, snapshot: RunResult, tasks?: RunFacts['tasks']): void;
  /** What keeps the view from being up to date; `undefined` when all is well again. */
  trouble(this: void, message: string | undefined): void;
  /** The last look, if the run has ended; leaves the terminal as it should be. */
  close(this: void, result?: RunResult): void;
}

export const quietView: View = { show: () => undefined, trouble: () => undefined, close: () => undefined };
