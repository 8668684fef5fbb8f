// The loop of a run: start what is ready, wait until something has happened, again; then conclude.
import { condition } from '@temporalio/workflow';
import { conclude, isQuiet, takeReady, type Ready } from '../domain/advance.js';
import { isEmpty } from '../domain/ready-queue.js';
import { beginUndo } from '../domain/undo.js';
import { Continuation } from './continuation.js';
import { makeResult } from './output.js';
import type { Run } from './run.js';
import { resumeTasks, startReady } from './start-ready.js';

export async function runForward(run: Run): Promise<void> {
  const { graph, progress } = run;
  const continuation = new Continuation(run);
  await run.work.run(() => resumeTasks(run));
  for (;;) {
    if (!continuation.isDraining && !isEmpty(progress.ready)) await run.work.run(() => startAllReady(run));
    if (run.crash !== undefined) throw run.crash;
    if (isQuiet(progress)) break;
    const handingOver = continuation.consider();
    if (handingOver !== undefined) await handingOver;
    if (continuation.isDraining && progress.inFlight === 0) continue;
    await condition(() => run.changed);
    run.changed = false;
  }
  conclude(graph, progress, Date.now());
  await makeResult(run);
  beginUndo(graph, progress);
}

async function startAllReady(run: Run): Promise<void> {
  let ready: Ready | undefined;
  while ((ready = takeReady(run.graph, run.progress)) !== undefined) {
    const starting = startReady(run, ready);
    if (starting !== undefined) await starting;
  }
}
