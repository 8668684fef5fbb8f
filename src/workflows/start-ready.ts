// Starts what `takeReady` returns: evaluates a condition, opens a forEach, or launches a task or an item.
import type { Ready } from '../domain/progress/advance.js';
import { isTruthy } from '../domain/expression/expression.js';
import { taskOf, type GraphTask } from '../domain/plan/graph.js';
import { stateOf } from '../domain/progress/progress.js';
import { taskScope } from '../domain/run/scope.js';
import { loadItems, openForEach, startItem } from './for-each.js';
import { outcomeFromError } from './calls/outcome-from-error.js';
import { render, report, stopIfDecided, type Run } from './run.js';
import { launch } from './launch.js';

/** Returns a promise only if there is something to wait for: see launch.ts, G3. */
export function startReady(run: Run, { task: id, index, isLeftOut }: Ready): Promise<void> | undefined {
  const task = taskOf(run.graph, id);
  if (isLeftOut === true) return void report(run, { type: 'skipped', task: id, cause: 'budget', now: Date.now() });
  if (index !== undefined) return startItem(run, task, index);
  const hasOpenCondition = task.task.when !== undefined && stateOf(run.progress, id).waiting?.admitted !== true;
  if (hasOpenCondition) return decideAndStart(run, task);
  return start(run, task);
}

/** Launches again what a continue-as-new interrupted: waits and open forEachs. No call was in flight. */
export async function resumeTasks(run: Run): Promise<void> {
  for (const id of run.graph.order) {
    if (stateOf(run.progress, id).status !== 'running') continue;
    const task = taskOf(run.graph, id);
    if (task.task.forEach === undefined) launchTask(run, task);
    else await loadItems(run, task);
  }
}

async function decideAndStart(run: Run, task: GraphTask): Promise<void> {
  if (!(await holdsCondition(run, task))) return;
  if (task.isCall) report(run, { type: 'admitted', task: task.id });
  else await start(run, task);
}

/** True if the task is to start; otherwise it has been skipped or has failed. */
async function holdsCondition(run: Run, task: GraphTask): Promise<boolean> {
  const { id } = task;
  let holds: boolean;
  try {
    holds = isTruthy(await render(run, task.task.when, taskScope(run.scope, task, run.progress)));
  } catch (error) {
    report(run, { type: 'settled', task: id, outcome: outcomeFromError(error), now: Date.now() });
    stopIfDecided(run);
    return false;
  }
  // A message may have changed the state while the condition was evaluated.
  if (stateOf(run.progress, id).status !== 'pending' || run.progress.phase !== 'running') return false;
  if (!holds) report(run, { type: 'skipped', task: id, now: Date.now() });
  return holds;
}

function start(run: Run, task: GraphTask): Promise<void> | undefined {
  report(run, { type: 'started', task: task.id, now: Date.now() });
  if (task.task.forEach !== undefined) return openForEach(run, task);
  return void launchTask(run, task);
}

function launchTask(run: Run, task: GraphTask): void {
  launch(run, { task, scope: taskScope(run.scope, task, run.progress) }, (settled) => {
    report(run, { type: 'settled', task: task.id, now: Date.now(), ...settled });
  });
}
