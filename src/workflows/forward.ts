// The loop of a run: start what is ready, wait until something has happened, again; then conclude.
import { conclude, isQuiet, takeReady, type Ready } from '../domain/advance.js';
import { serveFallbacks } from '../domain/budget-gate.js';
import { isEmpty } from '../domain/ready-queue.js';
import { mayReplan } from '../domain/replan.js';
import { beginUndo } from '../domain/undo.js';
import { tellPause } from './budget.js';
import { Continuation } from './continuation.js';
import { makeResult } from './output.js';
import { planAnew } from './plan-anew.js';
import { news, type Run } from './run.js';
import { resumeTasks, startReady } from './start-ready.js';

export async function runForward(run: Run): Promise<void> {
  const { graph, progress } = run;
  await run.work.run(() => startAndWait(run));
  conclude(graph, progress, Date.now());
  await makeResult(run);
  if (mayReplan(graph, progress)) await planAnew(run);
  if (progress.next === undefined) beginUndo(graph, progress);
}

/** Ends when nothing is in flight and nothing can start. Whatever it sets going is cancelled with `run.work`; it itself is not. */
async function startAndWait(run: Run): Promise<void> {
  const { progress } = run;
  const continuation = new Continuation(run);
  await resumeTasks(run);
  for (;;) {
    serveFallbacks(progress);
    const starting = continuation.isDraining || isEmpty(progress.ready) ? undefined : startAllReady(run);
    if (starting !== undefined) await starting;
    if (run.crash !== undefined) throw run.crash;
    tellPause(run);
    if (isQuiet(progress)) return;
    const handingOver = continuation.consider();
    if (handingOver !== undefined) await handingOver;
    if (continuation.isDraining && progress.inFlight === 0) continue;
    await news(run);
  }
}

/** A promise only where there is something to wait for. */
function startAllReady(run: Run): Promise<void> | undefined {
  let ready: Ready | undefined;
  while ((ready = takeReady(run.graph, run.progress)) !== undefined) {
    const starting = startReady(run, ready);
    if (starting !== undefined) return starting.then(() => startAllReady(run));
  }
  return undefined;
}
