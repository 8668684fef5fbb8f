// Starts what `takeReady` gives: decides on a condition, opens a forEach, or sets a task or an item going.
// S1. Whatever is set going settles: its promise never rejects, and is never awaited.
// S2. A defect is not an outcome: it is noted as `run.crash`, and thrown by the loop.
import { CancellationScope } from '@temporalio/workflow';
import type { Ready } from '../domain/advance.js';
import { expressionSource, isTruthy, type Scope } from '../domain/expression.js';
import { failure } from '../domain/failure.js';
import { taskOf, type GraphTask } from '../domain/graph.js';
import { DEFAULT_MAX_ITEMS, type Tolerate } from '../domain/plan.js';
import { parsePlainPath } from '../domain/plain-path.js';
import { stateOf } from '../domain/progress.js';
import { PERFORM } from './kinds/perform.js';
import type { Settled, Work } from './kinds/work.js';
import { outcomeOf } from './outcome-of.js';
import { noteCrash, render, report, stopIfDecided, type OpenTask, type Run } from './run.js';

export async function startReady(run: Run, { task: id, index }: Ready): Promise<void> {
  const task = taskOf(run.graph, id);
  if (index !== undefined) return await startItem(run, task, index);
  if (task.task.when !== undefined && stateOf(run.progress, id).waiting?.admitted !== true) {
    if (!(await decide(run, task))) return;
    if (task.isCall) return report(run, { type: 'admitted', task: id });
  }
  report(run, { type: 'started', task: id, now: Date.now() });
  if (task.task.forEach === undefined) return carryOut(run, task);
  await openForEach(run, task);
}

/** Sets going again what a continue-as-new has interrupted: waits and open forEachs, for no call was in flight. */
export async function resumeTasks(run: Run): Promise<void> {
  for (const id of run.graph.order) {
    if (stateOf(run.progress, id).status !== 'running') continue;
    const task = taskOf(run.graph, id);
    if (task.task.forEach === undefined) carryOut(run, task);
    else
      run.items.set(id, asItems(task.task.forEach.items, await render(run, task.task.forEach.items, run.scope)) ?? []);
  }
}

/** True if the task is to start; it has been skipped, or has failed, if not. */
async function decide(run: Run, task: GraphTask): Promise<boolean> {
  const { id } = task;
  let holds: boolean;
  try {
    holds = isTruthy(await render(run, task.task.when, run.scope));
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

function openTask(run: Run, id: string): OpenTask {
  const open: OpenTask = run.open.get(id) ?? {
    scope: new CancellationScope({ parent: run.work, cancellable: true }),
    generation: 0,
  };
  run.open.set(id, open);
  return open;
}

function carryOut(run: Run, task: GraphTask): void {
  const work: Work = { task, scope: run.scope, open: openTask(run, task.id) };
  setGoing(run, work, (settled) => {
    run.open.delete(task.id);
    report(run, { type: 'settled', task: task.id, now: Date.now(), ...settled });
  });
}

async function startItem(run: Run, task: GraphTask, index: number): Promise<void> {
  const items = run.items.get(task.id);
  if (items === undefined) throw new Error(`task ${task.id}: its items are not known`);
  const scope: Scope = { ...run.scope, item: items[index], index };
  const work: Work = { task, index, scope, open: openTask(run, task.id) };
  report(run, { type: 'itemStarted', task: task.id, index });
  setGoing(run, work, ({ outcome, child }) => {
    report(run, {
      type: 'itemSettled',
      task: task.id,
      index,
      outcome,
      now: Date.now(),
      ...(child === undefined ? {} : { child }),
    });
    const { status, items: state } = stateOf(run.progress, task.id);
    if (status !== 'running') close(run, task.id);
    else if (state !== undefined && state.failed > state.tolerated) run.open.get(task.id)?.scope.cancel();
  });
}

function close(run: Run, id: string): void {
  run.open.delete(id);
  run.items.delete(id);
}

function setGoing(run: Run, work: Work, settle: (settled: Settled) => void): void {
  untilSettled(run, work)
    .then(settle)
    .then(() => stopIfDecided(run))
    .catch((crash: unknown) => noteCrash(run, crash));
}

/** Carries the work out, and again for each time a person asked for another try while it ran. */
async function untilSettled(run: Run, work: Work): Promise<Settled> {
  for (;;) {
    const { generation, scope } = work.open;
    const settled = await scope.run(() => attempt(run, work));
    const isAskedAgain = work.open.generation !== generation && settled.outcome.status !== 'succeeded';
    if (!isAskedAgain || run.progress.phase !== 'running') return settled;
  }
}

async function attempt(run: Run, work: Work): Promise<Settled> {
  try {
    return await PERFORM[work.task.kind](run, work);
  } catch (error) {
    return { outcome: outcomeOf(error) };
  }
}

async function openForEach(run: Run, task: GraphTask): Promise<void> {
  const { id } = task;
  const { items: template, tolerate, maxItems = DEFAULT_MAX_ITEMS } = task.task.forEach!;
  const fail = (outcome: Settled['outcome']) => {
    report(run, { type: 'settled', task: id, outcome, now: Date.now() });
    stopIfDecided(run);
  };
  let items: unknown[] | undefined;
  try {
    items = asItems(template, await render(run, template, run.scope));
  } catch (error) {
    return fail(outcomeOf(error));
  }
  if (items === undefined) {
    return fail({
      status: 'failed',
      attempts: 0,
      failure: failure('ItemsInvalid', 'forEach.items: expected an array'),
    });
  }
  if (items.length > maxItems) {
    const message = `forEach.items: expected at most ${maxItems} items (maxItems), got ${items.length}`;
    return fail({ status: 'failed', attempts: 0, failure: failure('TooManyItems', message) });
  }
  if (run.progress.phase !== 'running') {
    return fail({ status: 'cancelled', attempts: 0, failure: failure('Cancelled', 'the run stopped') });
  }
  run.items.set(id, items);
  const total = items.length;
  report(run, { type: 'expanded', task: id, total, tolerated: tolerated(tolerate, total), now: Date.now() });
}

/**
 * JSONata gives one match as the match itself and none as nothing, so what it gives is read as a sequence.
 * A plain path names a value as it is: where that is no array, somebody has made a mistake.
 */
function asItems(template: unknown, value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value as unknown[];
  const source = expressionSource(template);
  if (source === undefined || parsePlainPath(source) !== undefined) return undefined;
  return value === undefined ? [] : [value];
}

function tolerated(tolerate: Tolerate | undefined, total: number): number {
  if (typeof tolerate !== 'string') return tolerate ?? 0;
  return Math.floor((total * Number(tolerate.slice(0, -1))) / 100);
}
