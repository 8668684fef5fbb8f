// The loop of a run: starts what is ready, waits until something has happened, and repeats; then concludes.
import { advance, isQuiet, takeReady, type Ready } from '../domain/progress/advance.js';
import { serveFallbacks } from '../domain/progress/budget-gate.js';
import { isEmpty } from '../domain/progress/ready-queue.js';
import { mayReplan } from '../domain/progress/replan.js';
import { reportPause } from './budget.js';
import { Continuation } from './continue-as-new.js';
import { makeResult } from './result.js';
import { replan } from './replan.js';
import { boundWaitForSizes, outputRoom } from './history-room.js';
import { showAndWait } from './web-ui.js';
import type { Run } from './run.js';
import { resumeTasks, startReady } from './start-ready.js';

export async function runMainLoop(run: Run): Promise<void> {
  const { graph, progress } = run;
  await run.work.run(() => startAndWait(run));
  advance(graph, progress, { type: 'concluded', now: Date.now() });
  await makeResult(run);
  if (mayReplan(graph, progress)) await replan(run);
  if (progress.next === undefined) advance(graph, progress, { type: 'undoStarted' });
}

/** Ends when nothing is in flight and nothing can start. What it launches is cancelled with `run.work`; the loop itself is not. */
async function startAndWait(run: Run): Promise<void> {
  const { progress } = run;
  const continuation = new Continuation(run);
  await resumeTasks(run);
  for (;;) {
    serveFallbacks(progress);
    const starting = continuation.isDraining || isEmpty(progress.ready) ? undefined : startAllReady(run);
    if (starting !== undefined) await starting;
    if (run.loop.crash !== undefined) throw run.loop.crash;
    boundWaitForSizes(run);
    reportPause(run);
    if (isQuiet(progress)) return;
    const continuing = continuation.consider();
    if (continuing !== undefined) await continuing;
    if (continuation.isDraining && progress.inFlight === 0) continue;
    await showAndWait(run);
  }
}

/** Returns a promise only if there is something to wait for. */
function startAllReady(run: Run): Promise<void> | undefined {
  let ready: Ready | undefined;
  while ((ready = takeReady(run.graph, run.progress, outputRoom(run))) !== undefined) {
    const starting = startReady(run, ready);
    if (starting !== undefined) return starting.then(() => startAllReady(run));
  }
  return undefined;
}
