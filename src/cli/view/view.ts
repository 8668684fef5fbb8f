// A view shows a run in progress. Its lines are for people, on stderr.
import type { SeenRun } from './seen-run.js';

export interface View {
  show(this: void, run: SeenRun, subRuns: readonly SeenRun[]): void;
  /** Shows why the view is not up to date; `undefined` when it is again. */
  trouble(this: void, message: string | undefined): void;
  /** Restores the terminal. */
  close(this: void): void;
}

export const quietView: View = { show: () => undefined, trouble: () => undefined, close: () => undefined };
