// A view shows a run while it goes on. Its lines are for people, on stderr.
import type { SeenRun } from './seen-run.js';

export interface View {
  show(this: void, run: SeenRun, subRuns: readonly SeenRun[]): void;
  /** What keeps the view from being up to date; `undefined` when all is well again. */
  trouble(this: void, message: string | undefined): void;
  /** Leaves the terminal as it should be. */
  close(this: void): void;
}

export const quietView: View = { show: () => undefined, trouble: () => undefined, close: () => undefined };
