import { expect, test } from 'vitest';
import type { Task } from '../../../src/domain/plan/plan.js';
import { call, outcome, runOf, runOn } from '../../support/run-of.js';

const each: Task = { ...call, forEach: { items: '{% $input.items %}' } };
const two: Task = { ...call, forEach: { items: '{% $input.items %}', concurrency: 2 } };

test('forEach: without items it succeeds with an empty list', () => {
  const run = runOf({ each }).open('each', 0);
  expect(run.state('each')).toMatchObject({ status: 'succeeded', output: [], attempts: 0, endedAt: 1 });
});

test('forEach: opening it starts nothing, and its items may start', () => {
  const run = runOf({ each });
  expect(run.ready()).toEqual(['each']);
  run.open('each', 2, { started: 0 });
  expect(run.state('each').items).toStrictEqual({
    total: 2,
    tolerated: 0,
    next: 0,
    queued: true,
    running: 0,
    succeeded: 0,
    failed: 0,
    ended: [null, null],
  });
  expect([run.ready(), run.progress.inFlight]).toEqual([['each[0]'], 0]);
});

test('forEach: keeps the items themselves where evaluating them again might give others', () => {
  const run = runOf({ each }).start('each');
  run.send({ type: 'expanded', task: 'each', total: 2, tolerated: 0, now: 1, values: ['x', 'y'] });
  expect(run.state('each').items?.values).toEqual(['x', 'y']);
});

test('forEach: each item that starts is a call in flight', () => {
  const run = runOf({ each }).open('each', 3, { started: 2 });
  expect(run.progress).toMatchObject({ inFlight: 2, running: 1 });
  expect(run.state('each').items).toMatchObject({ next: 2, running: 2 });
});

test('forEach: an item of a race takes a place for each of its calls', () => {
  const race: Task = { race: ['x', 'y'], forEach: { items: '{% $input.items %}' } };
  const run = runOf({ race }).open('race', 2);
  expect(run.progress.inFlight).toBe(4);
  expect(run.endItem('race', 0).progress.inFlight).toBe(2);
});

test('forEach: items start in order, each once', () => {
  const run = runOf({ each }).open('each', 3, { started: 0 });
  expect(() => run.send({ type: 'itemStarted', task: 'each', index: 1 })).toThrow('item 1 is not the next to start');
  run.send({ type: 'itemStarted', task: 'each', index: 0 });
  expect(() => run.send({ type: 'itemStarted', task: 'each', index: 0 })).toThrow('item 0 is not the next to start');
});

test('forEach: no item starts or ends before it has been opened', () => {
  const run = runOf({ each }).start('each');
  expect(() => run.send({ type: 'itemStarted', task: 'each', index: 0 })).toThrow('item 0 is not the next to start');
  expect(() => run.endItem('each', 0)).toThrow('item 0 has ended before');
});

test('forEach: an item ends once', () => {
  const run = runOf({ each }).open('each', 2).endItem('each', 0);
  expect(() => run.endItem('each', 0)).toThrow('item 0 has ended before');
});

test('forEach: no more items than its concurrency may run', () => {
  const run = runOf({ two }).open('two', 3, { started: 2 });
  expect(run.ready()).toEqual([]);
  expect(run.endItem('two', 1).ready()).toEqual(['two[2]']);
});

test('forEach: ends when its last item has, with the outputs in the order of the items', () => {
  const run = runOf({ each }).open('each', 2).endItem('each', 1, 'succeeded', { output: 'b' });
  expect(run.status('each')).toBe('running');
  run.endItem('each', 0, 'succeeded', { output: 'a', attempts: 3 });
  expect(run.state('each')).toMatchObject({ status: 'succeeded', output: ['a', 'b'], attempts: 4, endedAt: 2 });
});

test('forEach: does not end while an item has not started', () => {
  expect(runOf({ each }).open('each', 2, { started: 1 }).endItem('each', 0).status('each')).toBe('running');
});

test('forEach: an item without an output leaves null in its place', () => {
  const run = runOf({ each }).open('each', 1).endItem('each', 0, 'succeeded', { output: undefined });
  expect(run.state('each').output).toEqual([null]);
});

test('forEach: a failure that is tolerated leaves null in its place, and is kept', () => {
  const run = runOf({ each }).open('each', 2, { tolerated: 1 });
  run.endItem('each', 0, 'failed').endItem('each', 1, 'succeeded', { output: 'b' });
  expect(run.state('each')).toMatchObject({ status: 'succeeded', output: [null, 'b'] });
  expect(run.state('each').items).toMatchObject({ succeeded: 1, failed: 1, running: 0 });
  expect(run.state('each').items?.ended[0]).toMatchObject({ status: 'failed', failure: { type: 'AgentRefused' } });
});

test('forEach: as many failures as are tolerated stop no item from starting', () => {
  const run = runOf({ two }).open('two', 3, { tolerated: 1, started: 1 }).endItem('two', 0, 'failed');
  expect(run.ready()).toEqual(['two[1]']);
});

test('forEach: with one failure too many no item starts, and it fails when those in flight have ended', () => {
  const run = runOf({ two }).open('two', 3, { started: 2 }).endItem('two', 0, 'failed');
  expect([run.ready(), run.status('two')]).toEqual([[], 'running']);
  run.endItem('two', 1);
  expect(run.state('two')).toMatchObject({ status: 'failed', failure: { type: 'TooManyFailures' } });
});

test('forEach: the failure has the tolerance, and the first item that failed by itself', () => {
  const run = runOf({ each }).open('each', 4, { tolerated: 1 });
  run.endItem('each', 0).endItem('each', 1, 'cancelled').endItem('each', 2, 'failed').endItem('each', 3, 'unknown');
  const { message } = run.state('each').failure!;
  expect(message).toBe('more than 1 of 4 items failed; the first, item 2: it failed');
});

test('forEach: that fails because of a cancelled item names it', () => {
  const run = runOf({ each }).open('each', 2, { started: 1 }).endItem('each', 0, 'cancelled');
  expect(run.state('each').failure!.message).toBe('1 of 2 items failed; the first, item 0: cancelled');
});

test.each(['unknown', 'cancelled'] as const)('forEach: an item that ended %s counts as failed', (status) => {
  expect(runOf({ each }).open('each', 1).endItem('each', 0, status).status('each')).toBe('failed');
});

test('forEach: that fails stops the run like any task', () => {
  const run = runOf({ each, b: call }).open('each', 1).endItem('each', 0, 'failed');
  expect(run.progress).toMatchObject({ phase: 'stopping', failure: { task: 'each' } });
});

test('forEach: an item adds to the usage and the attempts, and keeps its sub-plan and its debt', () => {
  const child = { hasFailed: true } as never;
  const usage = { calls: 1, tokens: 5, usd: 0 };
  const run = runOf({ each }).open('each', 2);
  run.send({
    type: 'itemSettled',
    task: 'each',
    index: 0,
    outcome: outcome('succeeded', { usage }),
    now: 2,
    child,
    debt: ['each[0]/x'],
  });
  expect(run.state('each').items?.ended[0]).toEqual({ status: 'succeeded', output: null, child });
  expect(run.progress).toMatchObject({ usage, debt: ['each[0]/x'] });
});

test('forEach: an item without a sub-plan keeps none', () => {
  const run = runOf({ each }).open('each', 2).endItem('each', 0);
  expect(run.state('each').items?.ended[0]).toStrictEqual({ status: 'succeeded', output: null });
  expect(run.progress.debt).toEqual([]);
});

test('forEach: has the origin that all its items have', () => {
  const run = runOf({ each }).open('each', 2);
  run.endItem('each', 0, 'succeeded', { origin: 'reused' }).endItem('each', 1, 'succeeded', { origin: 'reused' });
  expect(run.state('each')).toMatchObject({
    origin: 'reused',
    items: { ended: [{ origin: 'reused' }, { origin: 'reused' }] },
  });
});

test('forEach: one item of its own makes its output its own', () => {
  const run = runOf({ each }).open('each', 2).endItem('each', 0, 'succeeded', { origin: 'reused' }).endItem('each', 1);
  expect(run.state('each')).not.toHaveProperty('origin');
});

test('forEach of a run that stops: is cancelled with its last item in flight', () => {
  const run = runOf({ each }).open('each', 3, { started: 2 }).cancel();
  expect([run.status('each'), run.ready()]).toEqual(['running', []]);
  run.endItem('each', 0);
  expect(run.status('each')).toBe('running');
  run.endItem('each', 1);
  expect(run.state('each')).toMatchObject({ status: 'cancelled', failure: { type: 'Cancelled' }, attempts: 2 });
});

test('forEach of a run that stops: is cancelled where nothing is in flight', () => {
  const run = runOf({ each, b: call }).open('each', 2, { started: 0 }).start('b').end('b', 'failed');
  expect(run.state('each')).toMatchObject({ status: 'cancelled', endedAt: 2 });
  expect(run.progress.running).toBe(0);
});

test('forEach of a run that stops: succeeds if all its items had started, and succeed', () => {
  const run = runOf({ each }).open('each', 2).cancel().endItem('each', 0).endItem('each', 1);
  expect(run.status('each')).toBe('succeeded');
});

test('forEach of a run that stops: is cancelled if an item was', () => {
  const run = runOf({ each })
    .open('each', 2, { tolerated: 2 })
    .cancel()
    .endItem('each', 0, 'cancelled')
    .endItem('each', 1);
  expect(run.status('each')).toBe('cancelled');
});

test('forEach of a run that stops: fails if too many of its items failed by themselves', () => {
  const run = runOf({ each }).open('each', 2).cancel().endItem('each', 0, 'failed').endItem('each', 1);
  expect(run.status('each')).toBe('failed');
});

test('forEach: a cancelled item that is tolerated cancels nothing while the run continues', () => {
  const run = runOn({ each }).open('each', 2, { tolerated: 1 }).endItem('each', 0, 'cancelled').endItem('each', 1);
  expect(run.status('each')).toBe('succeeded');
});

test('forEach: one that waits for its items is left as it is when the run stops', () => {
  const run = runOf({ each, b: call }).start('each').start('b').cancel();
  expect(run.status('each')).toBe('running');
});
