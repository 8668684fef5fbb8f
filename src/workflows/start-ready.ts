// Starts what `takeReady` gives: decides on a condition, opens a forEach, or sets a task or an item going.
import type { Ready } from '../domain/advance.js';
import { isTruthy } from '../domain/expression.js';
import { taskOf, type GraphTask } from '../domain/graph.js';
import { stateOf } from '../domain/progress.js';
import { inTime } from '../domain/soon.js';
import { knowItems, openForEach, startItem } from './for-each.js';
import { outcomeOf } from './outcome-of.js';
import { render, report, stopIfDecided, type Run } from './run.js';
import { setGoing } from './set-going.js';

/** A promise only where there is something to wait for: see set-going.ts, G3. */
export function startReady(run: Run, { task: id, index, isLeftOut }: Ready): Promise<void> | undefined {
  const task = taskOf(run.graph, id);
  if (isLeftOut === true) return void report(run, { type: 'skipped', task: id, cause: 'budget', now: Date.now() });
  if (index !== undefined) return startItem(run, task, index);
  const isToDecide = task.task.when !== undefined && stateOf(run.progress, id).waiting?.admitted !== true;
  if (isToDecide) return decideAndStart(run, task);
  return start(run, task);
}

/** Sets going again what a continue-as-new has interrupted: waits and open forEachs, for no call was in flight. */
export async function resumeTasks(run: Run): Promise<void> {
  for (const id of run.graph.order) {
    if (stateOf(run.progress, id).status !== 'running') continue;
    const task = taskOf(run.graph, id);
    if (task.task.forEach === undefined) carryOut(run, task);
    else await knowItems(run, task);
  }
}

async function decideAndStart(run: Run, task: GraphTask): Promise<void> {
  if (!(await decide(run, task))) return;
  if (task.isCall) report(run, { type: 'admitted', task: task.id });
  else await start(run, task);
}

/** True if the task is to start; it has been skipped, or has failed, if not. */
async function decide(run: Run, task: GraphTask): Promise<boolean> {
  const { id } = task;
  let holds: boolean;
  try {
    holds = isTruthy(await inTime(render(run, task.task.when, run.scope)));
  } catch (error) {
    report(run, { type: 'settled', task: id, outcome: outcomeOf(error), now: Date.now() });
    stopIfDecided(run);
    return false;
  }
  // A message may have come in while the condition was evaluated.
  if (stateOf(run.progress, id).status !== 'pending' || run.progress.phase !== 'running') return false;
  if (!holds) report(run, { type: 'skipped', task: id, now: Date.now() });
  return holds;
}

function start(run: Run, task: GraphTask): Promise<void> | undefined {
  report(run, { type: 'started', task: task.id, now: Date.now() });
  if (task.task.forEach !== undefined) return openForEach(run, task);
  return void carryOut(run, task);
}

function carryOut(run: Run, task: GraphTask): void {
  setGoing(run, { task, scope: run.scope }, (settled) => {
    report(run, { type: 'settled', task: task.id, now: Date.now(), ...settled });
  });
}
