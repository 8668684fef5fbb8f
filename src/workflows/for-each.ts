// A forEach: finds its items, then carries each out as a call of its own.
import { CancellationScope } from '@temporalio/workflow';
import { expressionSource, type Scope } from '../domain/expression.js';
import { failure } from '../domain/failure.js';
import type { GraphTask } from '../domain/graph.js';
import { parsePlainPath } from '../domain/plain-path.js';
import { DEFAULT_MAX_ITEMS, type Tolerate } from '../domain/plan.js';
import { stateOf } from '../domain/progress.js';
import { inTime } from '../domain/soon.js';
import type { Settled, Work } from './kinds/work.js';
import { outcomeOf } from './outcome-of.js';
import { render, report, stopIfDecided, type Run } from './run.js';
import { setGoing } from './set-going.js';

export async function openForEach(run: Run, task: GraphTask): Promise<void> {
  const { id } = task;
  const { tolerate, maxItems = DEFAULT_MAX_ITEMS } = task.task.forEach!;
  const fail = (outcome: Settled['outcome']) => {
    report(run, { type: 'settled', task: id, outcome, now: Date.now() });
    stopIfDecided(run);
  };
  let items: unknown[] | undefined;
  try {
    items = await itemsOf(run, task);
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
  const mayChange = task.needs.some((need) => stateOf(run.progress, need).endedAt === undefined);
  report(run, {
    type: 'expanded',
    task: id,
    total,
    tolerated: tolerated(tolerate, total),
    now: Date.now(),
    ...(mayChange ? { values: items } : {}),
  });
}

/** The items of a forEach that has been opened, also in a history in which it was not. */
export async function knowItems(run: Run, task: GraphTask): Promise<readonly unknown[]> {
  const { values } = stateOf(run.progress, task.id).items ?? {};
  const items = run.items.get(task.id) ?? values ?? (await itemsOf(run, task)) ?? [];
  run.items.set(task.id, items);
  return items;
}

/** Evaluates the items; `undefined` if they are no array. */
async function itemsOf(run: Run, { task }: GraphTask): Promise<unknown[] | undefined> {
  const template = task.forEach!.items;
  return asItems(template, await inTime(render(run, template, run.scope)));
}

export function startItem(run: Run, task: GraphTask, index: number): Promise<void> {
  const items = run.items.get(task.id);
  if (items === undefined) throw new Error(`task ${task.id}: its items are not known`);
  const scope: Scope = { ...run.scope, item: items[index], index };
  const work: Work = { task, index, scope };
  const itemScope = run.itemScopes.get(task.id) ?? new CancellationScope({ parent: run.work, cancellable: true });
  run.itemScopes.set(task.id, itemScope);
  report(run, { type: 'itemStarted', task: task.id, index });
  const settle = ({ outcome, child }: Settled) => {
    const seen = child === undefined ? {} : { child };
    report(run, { type: 'itemSettled', task: task.id, index, outcome, now: Date.now(), ...seen });
    const { status, items: state } = stateOf(run.progress, task.id);
    if (status !== 'running') {
      run.itemScopes.delete(task.id);
      run.items.delete(task.id);
    } else if (state !== undefined && state.failed > state.tolerated) {
      itemScope.cancel();
    }
  };
  return itemScope.run(async () => setGoing(run, work, settle));
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
  // 0.57 × 10,000 is a little less than 5,700 to a computer.
  return Math.floor((total * Number(tolerate.slice(0, -1))) / 100 + 1e-9);
}
