// Launches a task or an item, and makes sure that it settles.
// G1. Everything that is launched settles: its promise never rejects and is never awaited.
// G2. A defect is not an outcome: it is recorded as `run.loop.crash`, and the loop throws it.
// G3. As few promises as possible, and no cancellation scope per task: Temporal records a stack trace for every promise, and a fan-out
//     makes all of its promises at the same time. A task belongs to the scope in which it is launched.
import { perform } from './kinds/perform.js';
import type { Settlement, Work } from './kinds/work.js';
import { outcomeFromError } from './calls/outcome-from-error.js';
import { recordCrash, stopIfDecided, type Run } from './run.js';

export function launch(run: Run, work: Work, settle: (settled: Settlement) => void): void {
  const finish = (settled: () => Settlement) => {
    try {
      settle(settled());
      stopIfDecided(run);
    } catch (crash) {
      recordCrash(run, crash);
    }
  };
  const fail = (error: unknown) => finish(() => ({ outcome: outcomeFromError(error) }));
  try {
    perform(run, work).then((settled) => finish(() => settled), fail);
  } catch (error) {
    fail(error);
  }
}
