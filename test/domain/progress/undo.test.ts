import { expect, test } from 'vitest';
import type { Plan, Task } from '../../../src/domain/plan/plan.js';
import type { ChildState } from '../../../src/domain/progress/state.js';
import {
  beginDrop,
  beginUndo,
  isCompensable,
  isUndone,
  settleUndo,
  takeUndo,
  undoesItself,
  unitsOf,
} from '../../../src/domain/progress/undo.js';
import type { SubPlanUndone, UndoUnit } from '../../../src/domain/progress/state.js';
import { call, outcome, runOf, type DrivenRun } from '../../support/run-of.js';

const undoable: Task = { ...call, compensate: { agent: 'undo' } };
const after = (...needs: string[]): Task => ({ ...undoable, needs });
const each: Task = { ...undoable, forEach: { items: '{% $input.items %}' } };
const child: ChildState = { id: 'p/a', input: null, startedAt: 0 };

/** Runs the tasks in the order of the plan, all with success, then cancels the run, and begins to undo it. */
function undoing(tasks: Record<string, Task>, head: Partial<Plan> = {}): DrivenRun {
  const run = runOf(tasks, head);
  for (const id of run.graph.order) run.start(id).end(id);
  return begin(run.cancel());
}

function begin(run: DrivenRun): DrivenRun {
  beginUndo(run.graph, run.conclude().progress);
  return run;
}

const nameOf = ({ task, index }: UndoUnit): string => (index === undefined ? task : `${task}[${index}]`);

function take(run: DrivenRun): string[] {
  const unit = takeUndo(run.graph, run.progress);
  return unit === undefined ? [] : [nameOf(unit), ...take(run)];
}

const settle = (run: DrivenRun, unit: UndoUnit, isDone = true, of?: SubPlanUndone): void =>
  settleUndo(run.graph, run.progress, unit, isDone, of);

test('undo: begins with what nothing depends on, and goes to its needs', () => {
  const run = undoing({ a: undoable, b: after('a') });
  expect(take(run)).toEqual(['b']);
  settle(run, { task: 'b' });
  expect(take(run)).toEqual(['a']);
});

test('undo: a task waits for all that depends on it', () => {
  const run = undoing({ a: undoable, b: after('a'), c: after('a') });
  expect(take(run).sort()).toEqual(['b', 'c']);
  settle(run, { task: 'c' });
  expect(take(run)).toEqual([]);
  settle(run, { task: 'b' });
  expect(take(run)).toEqual(['a']);
});

test('undo: a task waits also for what depends on it through one that has nothing to undo', () => {
  const run = undoing({ a: undoable, b: { ...call, needs: ['a'] }, c: after('b') });
  expect(take(run)).toEqual(['c']);
  settle(run, { task: 'c' });
  expect(take(run)).toEqual(['a']);
});

test('undo: no more at a time than the plan allows calls', () => {
  const run = undoing({ a: undoable, b: undoable, c: undoable }, { concurrency: 2 });
  expect(take(run)).toHaveLength(2);
  settle(run, { task: 'c' });
  expect(take(run)).toHaveLength(1);
});

test('undo: a task is compensating while it is undone, then compensated', () => {
  const run = undoing({ a: undoable, b: after('a') });
  expect([run.status('a'), run.status('b')]).toEqual(['succeeded', 'compensating']);
  settle(run, { task: 'b' });
  expect(run.state('b')).toMatchObject({ status: 'compensated', undone: 'compensated' });
  expect(run.progress.compensated).toEqual(['b']);
});

test('undo: what cannot be undone is debt, and holds up nothing else', () => {
  const run = undoing({ a: undoable, b: after('a') });
  settle(run, { task: takeUndo(run.graph, run.progress)!.task }, false);
  expect(run.state('b')).toMatchObject({ status: 'compensation-failed', undone: 'compensation-failed' });
  expect([run.progress.debt, run.progress.compensated]).toEqual([['b'], []]);
  expect(take(run)).toEqual(['a']);
});

test.each(['unknown', 'succeeded'] as const)('undo: a task that ended %s is undone', (status) => {
  const run = begin(runOf({ a: undoable }).start('a').end('a', status).cancel());
  expect(take(run)).toEqual(['a']);
});

test.each(['failed', 'cancelled'] as const)('undo: a task that ended %s is not undone', (status) => {
  const run = begin(runOf({ a: undoable, b: undoable }).start('a', 'b').end('b').end('a', status).cancel());
  expect(take(run)).toEqual(['b']);
});

test('undo: a task that was skipped, or does not say how, is not undone', () => {
  expect(begin(runOf({ a: undoable, b: call }).start('b').end('b').skip('a').cancel()).progress.phase).toBe('ended');
});

test('undo: the run ends if there is nothing to undo', () => {
  expect(undoing({ a: call }).progress.phase).toBe('ended');
});

test.each([
  ['compensate', 'compensating'],
  ['replan', 'compensating'],
  ['stop', 'ended'],
  ['continue', 'ended'],
] as const)('undo: with onFailure %s a run that failed is %s', (onFailure, phase) => {
  const run = runOf({ a: undoable, b: call }, { onFailure }).start('a', 'b').end('a').end('b', 'failed');
  expect(begin(run).progress.phase).toBe(phase);
});

test.each(['compensate', 'stop', 'continue'] as const)(
  'undo: with onFailure %s a cancelled run is undone',
  (onFailure) => {
    expect(undoing({ a: undoable }, { onFailure }).progress.phase).toBe('compensating');
  },
);

test('undo: a run that completed is not undone', () => {
  expect(begin(runOf({ a: undoable }).start('a').end('a')).progress.phase).toBe('ended');
});

test('isUndone: once all has been undone, and not before', () => {
  const run = undoing({ a: undoable });
  expect(isUndone(run.progress)).toBe(false);
  take(run);
  expect(isUndone(run.progress)).toBe(false);
  settle(run, { task: 'a' });
  expect(isUndone(run.progress)).toBe(true);
  expect(isUndone({ ...run.progress, phase: 'ended' })).toBe(false);
});

test('isUndone: not of a run that undoes nothing', () => {
  const run = runOf({ a: undoable });
  expect([isUndone(run.progress), isUndone({ ...run.progress, phase: 'compensating' })]).toEqual([false, false]);
});

test('takeUndo: gives nothing of a run that undoes nothing', () => {
  expect(take(runOf({ a: undoable }))).toEqual([]);
});

test('isCompensable: if anything could be undone', () => {
  const run = runOf({ a: undoable, b: call }).start('a', 'b').end('b');
  expect(isCompensable(run.graph, run.progress)).toBe(false);
  expect(isCompensable(run.graph, run.end('a').progress)).toBe(true);
});

test('beginDrop: undoes these tasks and no others', () => {
  const run = runOf({ a: undoable, b: after('a'), c: after('b') });
  for (const id of ['a', 'b', 'c']) run.start(id).end(id);
  beginDrop(run.graph, run.progress, ['a', 'c']);
  expect(take(run)).toEqual(['c']);
  settle(run, { task: 'c' });
  expect([take(run), run.status('b')]).toEqual([['a'], 'succeeded']);
});

test('beginDrop: is done if there is nothing to undo', () => {
  const run = runOf({ a: undoable }).start('a').end('a');
  beginDrop(run.graph, run.progress, []);
  expect([run.progress.phase, isUndone(run.progress)]).toEqual(['compensating', true]);
});

test('undo of a forEach: each item that worked, the last one first, also where the forEach failed', () => {
  const run = runOf({ each }).open('each', 4);
  run.endItem('each', 0).endItem('each', 1, 'failed').endItem('each', 2, 'unknown').endItem('each', 3, 'cancelled');
  expect([run.status('each'), take(begin(run))]).toEqual(['failed', ['each[2]', 'each[0]']]);
  settle(run, { task: 'each', index: 2 });
  settle(run, { task: 'each', index: 0 });
  expect([run.status('each'), run.progress.compensated]).toEqual(['failed', ['each']]);
});

test('undo of a forEach: an item that has not started is not undone', () => {
  const run = runOf({ each }).open('each', 2, { started: 1 }).cancel().endItem('each', 0);
  expect(take(begin(run))).toEqual(['each[0]']);
});

test('undo of a forEach: is over when its last item is', () => {
  const run = begin(runOf({ each }).open('each', 2).endItem('each', 0).endItem('each', 1).cancel());
  take(run);
  settle(run, { task: 'each', index: 1 });
  expect([run.status('each'), run.progress.compensated]).toEqual(['compensating', []]);
  settle(run, { task: 'each', index: 0 });
  expect([run.status('each'), run.progress.compensated]).toEqual(['compensated', ['each']]);
  expect(run.state('each').items?.ended[0]).toMatchObject({ undone: 'compensated' });
});

test('undo of a forEach: one item that cannot be undone makes the task debt, once', () => {
  const run = begin(runOf({ each }).open('each', 3).endItem('each', 0).endItem('each', 1).endItem('each', 2).cancel());
  take(run);
  settle(run, { task: 'each', index: 2 }, false);
  settle(run, { task: 'each', index: 1 }, false);
  settle(run, { task: 'each', index: 0 });
  expect([run.status('each'), run.progress.debt, run.progress.compensated]).toEqual([
    'compensation-failed',
    ['each'],
    [],
  ]);
});

test('undo of a forEach that was cut short: its items that have not ended owe nothing', () => {
  const run = begin(runOf({ each }).open('each', 2, { started: 1 }).cancel().endItem('each', 0));
  take(run);
  settle(run, { task: 'each', index: 0 });
  expect([run.status('each'), run.progress.debt]).toEqual(['compensated', []]);
});

test('undo of a sub-plan: what it could not undo is debt, by path, and its state is kept', () => {
  const run = undoing({ a: undoable });
  take(run);
  const left: ChildState = { ...child, isTried: true };
  settle(run, { task: 'a' }, false, { owes: ['a/x', 'a/y'], child: left });
  expect([run.progress.debt, run.state('a').child]).toEqual([['a/x', 'a/y'], left]);
});

test('undo of sub-plans in a forEach: the debt of all items is kept together', () => {
  const run = begin(runOf({ each }).open('each', 2).endItem('each', 0).endItem('each', 1).cancel());
  take(run);
  settle(run, { task: 'each', index: 1 }, false, { owes: ['each[1]/x'] });
  settle(run, { task: 'each', index: 0 }, false, { owes: ['each[0]/x'], child });
  expect(run.progress.debt).toEqual(['each[1]/x', 'each[0]/x']);
  expect(run.state('each').items?.ended).toStrictEqual([
    { status: 'succeeded', output: null, undone: 'compensation-failed', child },
    { status: 'succeeded', output: null, undone: 'compensation-failed' },
  ]);
});

test('undo of sub-plans in a forEach: an item that could be undone owes nothing', () => {
  const run = begin(runOf({ each }).open('each', 2).endItem('each', 0).endItem('each', 1).cancel());
  take(run);
  settle(run, { task: 'each', index: 1 }, false, { owes: ['each[1]/x'] });
  settle(run, { task: 'each', index: 0 });
  expect(run.progress.debt).toEqual(['each[1]/x']);
});

test('undo of a forEach: an item that could not be undone before keeps the task in debt', () => {
  const run = runOf({ each }).open('each', 2).endItem('each', 0).endItem('each', 1).cancel();
  run.state('each').items!.ended[0]!.undone = 'compensation-failed';
  expect(take(begin(run))).toEqual(['each[1]']);
  settle(run, { task: 'each', index: 1 });
  expect([run.status('each'), run.progress.debt]).toEqual(['compensation-failed', ['each']]);
});

/** What of a task that succeeded is to be undone. */
function unitsWith(task: Task, more: object): string[] {
  const run = runOf({ a: task }).start('a');
  run.send({ type: 'settled', task: 'a', outcome: outcome('succeeded'), now: 2 });
  Object.assign(run.state('a'), more);
  return unitsOf(run.graph, run.progress, 'a').map(nameOf);
}
const subPlan: Task = { plan: 'x' };

test('unitsOf: what an earlier run, or a cache, has done is not undone', () => {
  expect([unitsWith(undoable, { origin: 'reused' }), unitsWith(undoable, { origin: 'cached' })]).toEqual([[], []]);
});

test('unitsOf: what has been undone, or was left as it is, is not undone', () => {
  expect([unitsWith(undoable, { undone: 'compensated' }), unitsWith(undoable, { isLeft: true })]).toEqual([[], []]);
});

test('unitsOf: a sub-plan is undone by its own compensations', () => {
  expect([unitsWith(subPlan, { child }), unitsWith(subPlan, {})]).toEqual([['a'], []]);
});

test('unitsOf: a sub-plan that has tried all it could is not undone again', () => {
  expect(unitsWith(subPlan, { child: { ...child, isTried: true } })).toEqual([]);
});

test('undoesItself: a sub-plan whose task does not say how, or that failed', () => {
  expect(undoesItself({}, { status: 'succeeded', child })).toBe(true);
  expect(undoesItself(undoable, { status: 'succeeded', child })).toBe(false);
  expect(undoesItself(undoable, { status: 'failed', child: { ...child, hasFailed: true } })).toBe(true);
  expect(undoesItself({}, { status: 'succeeded' })).toBe(false);
});

test('unitsOf: a sub-plan that failed and left its work is undone, though its task says how a success is', () => {
  const run = runOf({ a: { ...subPlan, compensate: { agent: 'undo' } } }).start('a');
  const failed: ChildState = { ...child, hasFailed: true };
  run.send({ type: 'settled', task: 'a', outcome: outcome('failed'), now: 2, child: failed });
  expect(unitsOf(run.graph, run.progress, 'a')).toEqual([{ task: 'a' }]);
});
