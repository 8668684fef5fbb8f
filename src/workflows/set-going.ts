// Carries out a task or an item, and sees to it that it settles.
// G1. Whatever is set going settles: its promise never rejects, and is never awaited.
// G2. A defect is not an outcome: it is noted as `run.crash`, and thrown by the loop.
// G3. As few promises as can be, and no cancellation scope for each task: Temporal notes a stack for every promise, and a
//     fan-out makes all of its promises at once. What is set going belongs to the scope it is set going in.
import { perform } from './kinds/perform.js';
import type { Settled, Work } from './kinds/work.js';
import { outcomeOf } from './outcome-of.js';
import { noteCrash, stopIfDecided, type Run } from './run.js';

export function setGoing(run: Run, work: Work, settle: (settled: Settled) => void): void {
  const finish = (settled: () => Settled) => {
    try {
      settle(settled());
      stopIfDecided(run);
    } catch (crash) {
      noteCrash(run, crash);
    }
  };
  const fail = (error: unknown) => finish(() => ({ outcome: outcomeOf(error) }));
  try {
    perform(run, work).then((settled) => finish(() => settled), fail);
  } catch (error) {
    fail(error);
  }
}
