// Undoes what was done, in reverse DAG order. Nothing cancels this: half an undoing helps nobody.
import { spend } from '../domain/budget-events.js';
import { taskOf } from '../domain/graph.js';
import type { Outcome } from '../domain/outcome.js';
import { stateOf } from '../domain/progress.js';
import type { Undo } from '../domain/run-input.js';
import { inTime } from '../domain/soon.js';
import { isUndone, settleUndo, takeUndo, type UndoUnit } from '../domain/undo.js';
import { addUsage } from '../domain/call.js';
import { Continuation } from './continuation.js';
import { knowItems } from './for-each.js';
import { callAgent, inputOf } from './kinds/agent.js';
import { undoPlan } from './kinds/plan.js';
import { goOn } from './plan-anew.js';
import { outcomeOf } from './outcome-of.js';
import { news, noteCrash, render, wake, type Run } from './run.js';

export async function runBackward(run: Run): Promise<void> {
  await undoAll(run);
  if (run.progress.next !== undefined) {
    await goOn(run);
    await undoAll(run);
  }
  run.progress.phase = 'ended';
}

async function undoAll(run: Run): Promise<void> {
  const { graph, progress } = run;
  const continuation = new Continuation(run);
  while (progress.phase === 'compensating') {
    let unit: UndoUnit | undefined;
    while (!continuation.isDraining && (unit = takeUndo(graph, progress)) !== undefined) setGoing(run, unit);
    if (run.crash !== undefined) throw run.crash;
    if (isUndone(progress)) break;
    const handingOver = continuation.consider();
    if (handingOver !== undefined) await handingOver;
    if (continuation.isDraining && progress.undo?.inFlight === 0) continue;
    await news(run);
  }
}

function setGoing(run: Run, unit: UndoUnit): void {
  undo(run, unit)
    .catch((error: unknown) => outcomeOf(error))
    .then((outcome) => {
      run.progress.usage = addUsage(run.progress.usage, outcome.usage);
      spend(run.progress, outcome);
      settleUndo(run.graph, run.progress, unit, outcome.status === 'succeeded');
    })
    .catch((crash: unknown) => noteCrash(run, crash))
    .finally(() => wake(run));
}

async function undo(run: Run, { task: id, index }: UndoUnit): Promise<Outcome> {
  const task = taskOf(run.graph, id);
  const { output, child, items } = stateOf(run.progress, id);
  const item = index === undefined ? undefined : items?.ended[index];
  const { compensate } = task.task;
  const scope = {
    ...run.scope,
    output: index === undefined ? output : item?.output,
    ...(index === undefined ? {} : { index, item: (await knowItems(run, task))[index] }),
  };
  const work = { task, scope, ...(index === undefined ? {} : { index }) };
  if (compensate === undefined) return await undoPlan(run, work, (index === undefined ? child : item?.child) as Undo);
  const input = inputOf(await inTime(render(run, compensate.input, scope)));
  return (await callAgent(run, work, { ...compensate, input, suffix: 'compensate' })).outcome;
}
