import { expect, test } from 'vitest';
import { judgeJoin, sideOf } from '../../../src/domain/progress/join.js';
import type { Join, Task } from '../../../src/domain/plan/plan.js';
import { call, runOn, type DrivenRun } from '../../support/run-of.js';

/** A run of three tasks that have started, and of `last`, which needs them. */
const joined = (join: Join): DrivenRun => {
  const last: Task = { ...call, needs: ['a', 'b', 'c'], join };
  return runOn({ a: call, b: call, c: call, last }).start('a', 'b', 'c');
};
/** Whether `last` waits, may start, or has been skipped. */
const is = (run: DrivenRun): string =>
  run.status('last') === 'skipped' ? 'skipped' : run.ready().includes('last') ? 'starts' : 'waits';
const skipped = (join: Join): DrivenRun => {
  const condition: Task = { ...call, when: '{% $input.yes %}' };
  return runOn({ a: condition, b: condition, last: { ...call, needs: ['a', 'b'], join } });
};

test('join all-succeeded: waits while a need is open', () => {
  expect(is(joined('all-succeeded').end('a').end('b'))).toBe('waits');
});

test('join all-succeeded: starts when all needs have succeeded', () => {
  expect(is(joined('all-succeeded').end('a').end('b').end('c'))).toBe('starts');
});

test('join all-succeeded: is skipped as soon as one need has failed', () => {
  expect(is(joined('all-succeeded').end('a', 'failed'))).toBe('skipped');
});

test('join all-succeeded: is skipped as soon as one need was skipped by its condition', () => {
  expect(is(skipped('all-succeeded').skip('a'))).toBe('skipped');
});

test('join none-failed: waits while a need is open, for it may still fail', () => {
  expect(is(joined('none-failed').end('a').end('b'))).toBe('waits');
});

test('join none-failed: starts when all needs have succeeded or were skipped by their conditions', () => {
  expect(is(skipped('none-failed').skip('a').start('b').end('b'))).toBe('starts');
});

test('join none-failed: starts even if all needs were skipped by their conditions', () => {
  expect(is(skipped('none-failed').skip('a').skip('b'))).toBe('starts');
});

test('join none-failed: is skipped as soon as one need has failed', () => {
  expect(is(joined('none-failed').end('b', 'failed'))).toBe('skipped');
});

test('join all-done: waits while a need is open', () => {
  expect(is(joined('all-done').end('a').end('b', 'failed'))).toBe('waits');
});

test('join all-done: starts when all needs have ended, also if all have failed', () => {
  expect(is(joined('all-done').end('a', 'failed').end('b', 'failed').end('c', 'failed'))).toBe('starts');
});

test('join all-done: starts when all needs have succeeded', () => {
  expect(is(joined('all-done').end('a').end('b').end('c'))).toBe('starts');
});

test('join all-done: starts when all needs were skipped', () => {
  expect(is(skipped('all-done').skip('a').skip('b'))).toBe('starts');
});

test('join any-succeeded: starts as soon as one need has succeeded', () => {
  expect(is(joined('any-succeeded').end('b'))).toBe('starts');
});

test('join any-succeeded: waits after a failure, while another need is open', () => {
  expect(is(joined('any-succeeded').end('a', 'failed').end('b', 'failed'))).toBe('waits');
});

test('join any-succeeded: is skipped when all needs have ended and none has succeeded', () => {
  expect(is(joined('any-succeeded').end('a', 'failed').end('b', 'failed').end('c', 'failed'))).toBe('skipped');
});

test('join any-failed: starts as soon as one need has failed', () => {
  expect(is(joined('any-failed').end('c', 'failed'))).toBe('starts');
});

test('join any-failed: waits while no need has failed and one is open', () => {
  expect(is(joined('any-failed').end('a').end('b'))).toBe('waits');
});

test('join any-failed: is skipped when all needs have ended and none has failed', () => {
  expect(is(joined('any-failed').end('a').end('b').end('c'))).toBe('skipped');
});

test('join any-failed: a need that was skipped by its condition has not failed', () => {
  expect(is(skipped('any-failed').skip('a').skip('b'))).toBe('skipped');
});

test('join atLeast 2: waits after one success, while another need may still succeed', () => {
  expect(is(joined({ atLeast: 2 }).end('a').end('b', 'failed'))).toBe('waits');
});

test('join atLeast 2: starts as soon as two needs have succeeded', () => {
  expect(is(joined({ atLeast: 2 }).end('a').end('c'))).toBe('starts');
});

test('join atLeast 2: is skipped as soon as too few needs are left that may succeed', () => {
  expect(is(joined({ atLeast: 2 }).end('a', 'failed').end('b', 'failed'))).toBe('skipped');
});

test('join atLeast 2: is skipped when all needs have ended and only one has succeeded', () => {
  expect(is(joined({ atLeast: 2 }).end('a').end('b', 'failed').end('c', 'failed'))).toBe('skipped');
});

test.each(['failed', 'unknown', 'cancelled'] as const)('join: a need that ended %s counts as failed', (status) => {
  expect(is(joined('any-failed').end('a', status))).toBe('starts');
});

test('join: a need that was skipped by a failure counts as failed', () => {
  expect(sideOf({ status: 'skipped', skip: { cause: 'failure', because: 'a' } })).toBe('failed');
});

test.each(['condition', 'budget'] as const)('join: a need that was skipped by %s counts neither way', (cause) => {
  expect(sideOf({ status: 'skipped', skip: { cause } })).toBe('passed');
});

test('join: a task without needs may start at the beginning', () => {
  expect(runOn({ a: call }).ready()).toEqual(['a']);
});

test.each(['all-succeeded', 'none-failed'] as const)('join %s: a failure decides while one need is open', (join) => {
  expect(judgeJoin(join, { open: 1, succeeded: 0, failed: 1, passed: 0 })).toBe('never');
});

test.each<Join>(['any-failed', { atLeast: 2 }])('join %o: is judged to wait while two needs are open', (join) => {
  expect(judgeJoin(join, { open: 2, succeeded: 0, failed: 0, passed: 0 })).toBe('waits');
});
