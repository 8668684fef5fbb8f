// Undoes the work of a run, in reverse DAG order. `orchestrate` runs this in a scope that is never cancelled: an undo that ends half-way
// would leave work behind. If the worker of the run dies, another one replays the history and continues. If the worker of a
// compensating call dies, the next attempt has the same idempotency key; a call whose attempts are used up leaves debt.
import { defined } from '../domain/json/defined.js';
import { advance } from '../domain/progress/advance.js';
import { taskOf } from '../domain/plan/graph.js';
import { stateOf } from '../domain/progress/progress.js';
import { taskScope } from '../domain/run/scope.js';
import { isUndone, takeUndo, undoesItself } from '../domain/progress/undo.js';
import { type UndoUnit } from '../domain/progress/state.js';
import { Continuation } from './continue-as-new.js';
import { loadItems } from './for-each.js';
import { callAgent, defaultInput } from './kinds/call-agent.js';
import { undoPlan, type UndoResult } from './kinds/undo-plan.js';
import { continueWithNextPlan } from './replan.js';
import { outcomeFromError } from './calls/outcome-from-error.js';
import { recordCrash, renderUnopened, wake, type Run } from './run.js';
import { showAndWait } from './web-ui.js';

export async function runCompensation(run: Run): Promise<void> {
  await undoAll(run);
  if (run.progress.next !== undefined) {
    await continueWithNextPlan(run);
    await undoAll(run);
  }
}

async function undoAll(run: Run): Promise<void> {
  const { graph, progress } = run;
  const continuation = new Continuation(run);
  while (progress.phase === 'compensating') {
    let unit: UndoUnit | undefined;
    while (!continuation.isDraining && !continuation.isOver() && (unit = takeUndo(graph, progress)) !== undefined)
      undoUnit(run, unit);
    if (run.loop.crash !== undefined) throw run.loop.crash;
    if (isUndone(progress)) break;
    const continuing = continuation.consider();
    if (continuing !== undefined) await continuing;
    if (continuation.isOver() && progress.undo?.inFlight === 0)
      return advance(graph, progress, { type: 'undoCutShort' });
    if (continuation.isDraining && progress.undo?.inFlight === 0) continue;
    await showAndWait(run);
  }
}

function undoUnit(run: Run, unit: UndoUnit): void {
  undo(run, unit)
    .catch((error: unknown): UndoResult => ({ outcome: outcomeFromError(error) }))
    .then(({ outcome, ...left }) => {
      advance(run.graph, run.progress, { type: 'undone', unit, outcome, left });
    })
    .catch((crash: unknown) => recordCrash(run, crash))
    .finally(() => wake(run));
}

async function undo(run: Run, { task: id, index }: UndoUnit): Promise<UndoResult> {
  const task = taskOf(run.graph, id);
  const state = stateOf(run.progress, id);
  const target = index === undefined ? state : state.items?.ended[index];
  const { compensate } = task.task;
  const scope = {
    ...taskScope(run.scope, task, run.progress),
    output: target?.output,
    ...(index === undefined ? {} : { index, item: (await loadItems(run, task))[index] }),
  };
  const work = { task, scope, ...defined({ index }) };
  if (compensate === undefined || undoesItself(task.task, target!)) return await undoPlan(run, work, target!.child!);
  const input = defaultInput(await renderUnopened(run, compensate.input, scope));
  return { outcome: (await callAgent(run, work, { ...compensate, input, suffix: 'compensate' })).outcome };
}
