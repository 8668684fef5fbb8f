// The loop of a run: start what is ready, wait until something has happened, again; then conclude.
import { condition } from '@temporalio/workflow';
import { conclude, isQuiet, takeReady, type Ready } from '../domain/advance.js';
import { beginUndo } from '../domain/undo.js';
import { Continuation } from './continuation.js';
import type { Run } from './run.js';
import { resumeTasks, startReady } from './start-task.js';
import { showDetails } from './web-ui.js';

export async function runForward(run: Run): Promise<void> {
  const { graph, progress } = run;
  const continuation = new Continuation(run);
  await resumeTasks(run);
  for (;;) {
    let ready: Ready | undefined;
    while (!continuation.isDraining && (ready = takeReady(graph, progress)) !== undefined) await startReady(run, ready);
    if (run.crash !== undefined) throw run.crash;
    if (isQuiet(progress)) break;
    showDetails(run);
    await continuation.consider();
    if (continuation.isDraining && progress.inFlight === 0) continue;
    await condition(() => run.changed);
    run.changed = false;
  }
  conclude(graph, progress, Date.now());
  beginUndo(graph, progress);
}
