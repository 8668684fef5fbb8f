// A view shows a run in progress. Its lines are for people, on stderr.
import type { SeenRun } from './seen-run.js';

export interface View {
  show(this: void, run: SeenRun, subRuns: readonly SeenRun[]): void;
  /** Shows what the run waits for that cannot continue, or why the view is not up to date; `undefined` when neither is so any more. */
  trouble(this: void, message: string | undefined): void;
  /** Shows a question until it is called with `undefined`. */
  ask(this: void, question: string | undefined): void;
  /** Restores the terminal. */
  close(this: void): void;
}

/** Shows no progress, but that the run waits for a worker or the server: without that line it would seem to hang. */
export function quietView(note: (line: string) => void): View {
  const noteIf = (message: string | undefined): void => {
    if (message !== undefined) note(message);
  };
  return { show: () => undefined, trouble: noteIf, ask: noteIf, close: () => undefined };
}
