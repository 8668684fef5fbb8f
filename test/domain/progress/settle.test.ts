import { expect, test } from 'vitest';
import type { Task } from '../../../src/domain/plan/plan.js';
import { call, outcome, runOf, runOn } from '../../support/run-of.js';

const conditional: Task = { ...call, when: '{% $input.yes %}' };
const after = (...needs: string[]): Task => ({ ...call, needs });

test('a skip: is by failure, because of the need that failed', () => {
  const run = runOn({ a: call, b: after('a') })
    .start('a')
    .end('a', 'failed');
  expect(run.state('b').skip).toEqual({ cause: 'failure', because: 'a' });
});

test('a skip: is traced to the task where the failure began', () => {
  const run = runOn({ a: call, b: after('a'), c: after('b') })
    .start('a')
    .end('a', 'failed');
  expect(run.state('c').skip).toEqual({ cause: 'failure', because: 'a' });
});

test('a skip: is by condition, because of the need whose condition was false', () => {
  const run = runOn({ a: conditional, b: after('a'), c: after('b') }).skip('a');
  expect(run.state('a').skip).toEqual({ cause: 'condition' });
  expect(run.state('c').skip).toEqual({ cause: 'condition', because: 'a' });
});

test('a skip: is by failure if any need has failed, though the last one to end has not', () => {
  const run = runOn({ a: call, b: conditional, c: { ...after('a', 'b'), join: 'any-succeeded' } });
  run.start('a').end('a', 'failed').skip('b');
  expect(run.state('c').skip).toEqual({ cause: 'failure', because: 'a' });
});

test('a skip: is by condition if a need that failed later had not ended yet', () => {
  const run = runOn({ a: conditional, b: call, c: after('a', 'b') })
    .start('b')
    .skip('a')
    .end('b', 'failed');
  expect(run.state('c').skip).toEqual({ cause: 'condition', because: 'a' });
});

test('a skip: of any-failed is by condition, because of the need that succeeded last', () => {
  const run = runOn({ a: call, b: { ...after('a'), join: 'any-failed' } })
    .start('a')
    .end('a');
  expect(run.state('b').skip).toEqual({ cause: 'condition', because: 'a' });
});

test('a skip: ends the task when its need has ended', () => {
  const run = runOn({ a: call, b: after('a') })
    .start('a')
    .end('a', 'failed');
  expect(run.state('b')).toMatchObject({ status: 'skipped', endedAt: 2 });
  expect(run.state('b').waiting).toBe(undefined);
});

test('a skip: reaches all that depends on the task, however far', () => {
  const run = runOn({ a: call, b: after('a'), c: after('b'), d: { ...after('c'), join: 'all-done' } });
  run.start('a').end('a', 'failed');
  expect([run.status('b'), run.status('c'), run.ready()]).toEqual(['skipped', 'skipped', ['d']]);
});

test('a join that has held: is not judged again by the needs that end later', () => {
  const run = runOn({ a: call, b: call, c: { ...after('a', 'b'), join: 'any-succeeded' } }).start('a', 'b');
  run.end('a').end('b');
  expect(run.ready()).toEqual(['c']);
});

test('a join that has held: is not lost by a need that fails later', () => {
  const run = runOn({ a: call, b: call, c: { ...after('a', 'b'), join: 'any-failed' } }).start('a', 'b');
  run.end('a', 'failed').end('b');
  expect([run.status('c'), run.ready()]).toEqual(['pending', ['c']]);
});

test('a start: notes the time, and counts the task as running and its call as in flight', () => {
  const run = runOf({ a: call, b: call }).start('a');
  expect(run.state('a')).toMatchObject({ status: 'running', startedAt: 1 });
  expect(run.progress).toMatchObject({ running: 1, inFlight: 1 });
});

test('a start: counts each call of a race', () => {
  expect(runOf({ a: { race: ['x', 'y', 'z'] } }).start('a').progress.inFlight).toBe(3);
});

test('a start: of a task that calls no agent takes no place', () => {
  const run = runOf({ a: { wait: '1s' } }).start('a');
  expect(run.progress).toMatchObject({ running: 1, inFlight: 0 });
});

test('an end: gives back the places of all calls', () => {
  const run = runOf({ a: { race: ['x', 'y'] }, b: { wait: '1s' } })
    .start('a', 'b')
    .end('a')
    .end('b');
  expect(run.progress).toMatchObject({ running: 0, inFlight: 0 });
});

test('an end: keeps the output of a success, the time and the attempts', () => {
  const run = runOf({ a: call }).start('a').end('a', 'succeeded', { output: 7, attempts: 2 });
  expect(run.state('a')).toEqual({ status: 'succeeded', attempts: 2, output: 7, startedAt: 1, endedAt: 2 });
});

test('an end: keeps the failure of what has not succeeded, and no output', () => {
  const run = runOf({ a: call }).start('a').end('a', 'unknown');
  expect(run.state('a')).toMatchObject({ status: 'unknown', failure: { type: 'Timeout' } });
  expect(run.state('a')).not.toHaveProperty('output');
});

test('an end: keeps where the output of a success came from', () => {
  const run = runOf({ a: call, b: call }).start('a', 'b').end('a', 'succeeded', { origin: 'cached' }).end('b');
  expect([run.state('a').origin, Object.hasOwn(run.state('b'), 'origin')]).toEqual(['cached', false]);
});

test('an end: adds to the usage of the run', () => {
  const usage = { calls: 2, tokens: 30, usd: 0.5 };
  const run = runOf({ a: call, b: call })
    .start('a', 'b')
    .end('a', 'succeeded', { usage })
    .end('b', 'failed', { usage });
  expect(run.progress.usage).toEqual({ calls: 4, tokens: 60, usd: 1 });
});

test('an end: keeps who answered, the sub-plan and its debt', () => {
  const child = { hasFailed: true } as never;
  const run = runOf({ a: call }).start('a');
  run.send({
    type: 'settled',
    task: 'a',
    outcome: outcome('succeeded'),
    now: 2,
    child,
    debt: ['a/x'],
    answeredBy: 'spare',
  });
  expect(run.state('a')).toMatchObject({ child, answeredBy: 'spare' });
  expect(run.progress.debt).toEqual(['a/x']);
});

test('an end: keeps no sub-plan, no debt and no answering agent if there is none', () => {
  const run = runOf({ a: call }).start('a').end('a');
  expect(Object.keys(run.state('a')).sort()).toEqual(['attempts', 'endedAt', 'output', 'startedAt', 'status']);
  expect(run.progress.debt).toEqual([]);
});

test('an end: forgets what a person was asked and has answered', () => {
  const run = runOf({ a: { decompose: { goal: 'g', planner: 'p' } } }).start('a');
  run.send({ type: 'proposed', task: 'a', plan: { name: 'q', tasks: {} }, asks: true });
  run.send({ type: 'answered', task: 'a', answer: { approved: true } }).end('a');
  expect(run.state('a')).not.toHaveProperty('asks');
  expect(run.state('a')).not.toHaveProperty('answer');
});

test('an end before the start: counts as both, as where an input cannot be made', () => {
  const run = runOf({ a: call }).end('a', 'failed');
  expect(run.state('a')).toMatchObject({ status: 'failed', startedAt: 2, endedAt: 2 });
  expect(run.progress).toMatchObject({ running: 0, inFlight: 0 });
});

test('an end: a second one is a bug', () => {
  const run = runOf({ a: call }).start('a').end('a');
  expect(() => run.end('a')).toThrow('task a: cannot go from succeeded to succeeded');
});

test.each(['failed', 'unknown', 'cancelled'] as const)('a task that ended %s stops the run', (status) => {
  const run = runOf({ a: call, b: call, c: call }).start('a').end('a', status);
  expect(run.progress).toMatchObject({
    phase: 'stopping',
    verdict: 'failed',
    failure: { type: 'TaskFailed', task: 'a' },
  });
  expect(run.ready()).toEqual([]);
});

test('onFailure continue: a failure is kept, and the run continues', () => {
  const run = runOn({ a: call, b: call }).start('a').end('a', 'failed');
  expect(run.progress).toMatchObject({ phase: 'running', verdict: 'completed', failure: { task: 'a' } });
  expect(run.ready()).toContain('b');
});

test('onFailure continue: the failure of the run is that of the first task', () => {
  const run = runOn({ a: call, b: call }).start('a', 'b').end('b', 'failed').end('a', 'failed');
  expect(run.progress.failure?.task).toBe('b');
});

test('a failure in a run that stops: changes nothing of why it stops', () => {
  const run = runOf({ a: call, b: call }).start('a', 'b').cancel().end('a', 'failed');
  expect(run.progress).toMatchObject({ verdict: 'cancelled', failure: { type: 'RunCancelled' } });
});

test('a success in a run: gives no failure', () => {
  const run = runOf({ a: call }).start('a').end('a');
  expect(run.progress).toMatchObject({ phase: 'running', verdict: 'completed' });
  expect(run.progress).not.toHaveProperty('failure');
});

test('the failure of a run: names the task, how it ended and why', () => {
  const failed = runOf({ a: call }).start('a').end('a', 'failed').progress.failure;
  const unknown = runOf({ a: call }).start('a').end('a', 'unknown').progress.failure;
  expect(failed?.message).toBe('task a failed: AgentRefused: it failed');
  expect(unknown?.message).toBe('task a ended unknown: Timeout: it unknown');
});

test('a run that stops: leaves what has not started pending until it is concluded', () => {
  const run = runOf({ a: call, b: after('a'), c: call })
    .start('a')
    .end('a', 'failed');
  expect([run.status('b'), run.status('c')]).toEqual(['pending', 'pending']);
  run.conclude();
  expect(run.state('b')).toMatchObject({ status: 'skipped', skip: { cause: 'failure', because: 'a' }, endedAt: 4 });
});

test('a run that was cancelled: skips what has not started by failure, because of no task', () => {
  const run = runOf({ a: call }).cancel().conclude();
  expect(run.state('a').skip).toStrictEqual({ cause: 'failure' });
});
