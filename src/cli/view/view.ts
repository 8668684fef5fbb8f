// A view shows a run while it goes on. Its lines are for people, on stderr.
import type { RunResult } from '../../domain/run-result.js';
import type { SubRun } from './sub-run.js';

export interface View {
  show(this: void, snapshot: RunResult, subRuns: readonly SubRun[]): void;
  /** What keeps the view from being up to date; `undefined` when all is well again. */
  trouble(this: void, message: string | undefined): void;
  /** Leaves the terminal as it should be. */
  close(this: void): void;
}

export const quietView: View = { show: () => undefined, trouble: () => undefined, close: () => undefined };
