// A forEach: evaluates its items, then runs each as a call of its own.
import { CancellationScope } from '@temporalio/workflow';
import { expressionSource, type Scope } from '../domain/expression/expression.js';
import { failure } from '../domain/failure.js';
import type { GraphTask } from '../domain/plan/graph.js';
import { parsePlainPath } from '../domain/expression/plain-path.js';
import { DEFAULT_MAX_ITEMS } from '../domain/plan/plan.js';
import { stateOf } from '../domain/progress/progress.js';
import { toleratedItems } from '../domain/progress/tolerated-items.js';
import { taskScope } from '../domain/run/scope.js';
import type { Settlement, Work } from './kinds/work.js';
import { outcomeFromError } from './calls/outcome-from-error.js';
import { render, report, stopIfDecided, type Run } from './run.js';
import { launch } from './launch.js';
import { cancelCalls } from './calls/stop-calls.js';

export async function openForEach(run: Run, task: GraphTask): Promise<void> {
  const { id } = task;
  const { tolerate, maxItems = DEFAULT_MAX_ITEMS } = task.task.forEach!;
  const fail = (outcome: Settlement['outcome']) => {
    report(run, { type: 'settled', task: id, outcome, now: Date.now() });
    stopIfDecided(run);
  };
  let items: unknown[] | undefined;
  try {
    items = await evaluateItems(run, task);
  } catch (error) {
    return fail(outcomeFromError(error));
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
  run.forEach.items.set(id, items);
  const total = items.length;
  const mayChange = task.needs.some((need) => stateOf(run.progress, need).endedAt === undefined);
  report(run, {
    type: 'expanded',
    task: id,
    total,
    tolerated: toleratedItems(tolerate, total),
    now: Date.now(),
    ...(mayChange ? { values: items } : {}),
  });
}

/** The items of a forEach that has been opened, possibly before a continue-as-new. */
export async function loadItems(run: Run, task: GraphTask): Promise<readonly unknown[]> {
  const { values } = stateOf(run.progress, task.id).items ?? {};
  const items = run.forEach.items.get(task.id) ?? values ?? (await evaluateItems(run, task)) ?? [];
  run.forEach.items.set(task.id, items);
  return items;
}

/** Evaluates the items; `undefined` if the value is not an array. */
async function evaluateItems(run: Run, task: GraphTask): Promise<unknown[] | undefined> {
  const template = task.task.forEach!.items;
  return asItems(template, await render(run, template, taskScope(run.scope, task, run.progress)));
}

export function startItem(run: Run, task: GraphTask, index: number): Promise<void> {
  const items = run.forEach.items.get(task.id);
  if (items === undefined) throw new Error(`task ${task.id}: its items are not known`);
  const scope: Scope = { ...taskScope(run.scope, task, run.progress), item: items[index], index };
  const work: Work = { task, index, scope };
  const itemScope = run.forEach.scopes.get(task.id) ?? new CancellationScope({ parent: run.work, cancellable: true });
  run.forEach.scopes.set(task.id, itemScope);
  report(run, { type: 'itemStarted', task: task.id, index });
  const settle = ({ answeredBy: _, ...settled }: Settlement) => {
    report(run, { type: 'itemSettled', task: task.id, index, now: Date.now(), ...settled });
    const { status, items: state } = stateOf(run.progress, task.id);
    if (status !== 'running') {
      run.forEach.scopes.delete(task.id);
      run.forEach.items.delete(task.id);
    } else if (state !== undefined && state.failed > state.tolerated) {
      cancelCalls(run, itemScope, () => itemScope.cancel());
    }
  };
  return itemScope.run(async () => launch(run, work, settle));
}

/**
 * JSONata returns a single match as the match itself, and no match as `undefined`, so its result is read as a sequence.
 * A plain path returns the value as it is: if that is not an array, the plan has a mistake.
 */
function asItems(template: unknown, value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value as unknown[];
  const source = expressionSource(template);
  if (source === undefined || parsePlainPath(source) !== undefined) return undefined;
  return value === undefined ? [] : [value];
}
