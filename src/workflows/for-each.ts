// A forEach: evaluates its items, then runs each as a call of its own.
import { CancellationScope } from '@temporalio/workflow';
import { expressionSource, type Scope } from '../domain/expression/expression.js';
import { failure } from '../domain/failure.js';
import type { GraphTask } from '../domain/plan/graph.js';
import type { Items } from '../domain/expression/items.js';
import { shown } from '../domain/problem.js';
import { parsePlainPath } from '../domain/expression/plain-path.js';
import { DEFAULT_MAX_ITEMS } from '../domain/plan/plan.js';
import { stateOf } from '../domain/progress/progress.js';
import { toleratedItems } from '../domain/progress/tolerated-items.js';
import { taskScope } from '../domain/run/scope.js';
import type { Settlement, Work } from './kinds/work.js';
import { outcomeFromError } from './calls/outcome-from-error.js';
import { render, renderItems, report, stopIfDecided, type Run } from './run.js';
import { launch } from './launch.js';
import { cancelCalls } from './calls/stop-calls.js';

export async function openForEach(run: Run, task: GraphTask): Promise<void> {
  const { id } = task;
  const { tolerate, maxItems = DEFAULT_MAX_ITEMS } = task.task.forEach!;
  const fail = (outcome: Settlement['outcome']) => {
    report(run, { type: 'settled', task: id, outcome, now: Date.now() });
    stopIfDecided(run);
  };
  let found: Items;
  try {
    found = await evaluateItems(run, task);
  } catch (error) {
    return fail(outcomeFromError(error));
  }
  if ('notAList' in found) {
    const message = `forEach.items: expected a list, got ${shown(found.notAList)}`;
    return fail({ status: 'failed', attempts: 0, failure: failure('ItemsInvalid', message) });
  }
  const { items } = found;
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
  const items = run.forEach.items.get(task.id) ?? values ?? itemsIn(await evaluateItems(run, task));
  run.forEach.items.set(task.id, items);
  return items;
}

/** Expects what was a list when the forEach was opened. */
const itemsIn = (found: Items): readonly unknown[] => ('items' in found ? found.items : []);

async function evaluateItems(run: Run, task: GraphTask): Promise<Items> {
  const template = task.task.forEach!.items;
  const scope = taskScope(run.scope, task, run.progress);
  if (run.rules >= 3) return renderItems(run, template, scope);
  const items = itemsOfRules2(template, await render(run, template, scope));
  return items === undefined ? { notAList: undefined } : { items };
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

/** Runs of the first rules read the result of JSONata as it is: a single match is the match itself, no match is `undefined`. */
function itemsOfRules2(template: unknown, value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value as unknown[];
  const source = expressionSource(template);
  if (source === undefined || parsePlainPath(source) !== undefined) return undefined;
  return value === undefined ? [] : [value];
}
