import { expect, test } from 'vitest';
import { failure } from '../../../src/domain/failure.js';
import type { Plan, Task } from '../../../src/domain/plan/plan.js';
import { call, outcome, runOf, type DrivenRun } from '../../support/run-of.js';

const undoable: Task = { ...call, compensate: { agent: 'undo' } };
const usage = { calls: 1, tokens: 5, usd: 0 };

/** A run of `a`, which succeeded, and `b`, which failed. */
const failed = (head: Partial<Plan> = {}): DrivenRun =>
  runOf({ a: undoable, b: call }, head).start('a', 'b').end('a').end('b', 'failed').conclude();

test('concluded: skips what never started, because of the task that failed', () => {
  const run = runOf({ a: call, b: call }).start('a').end('a', 'failed').conclude();
  expect(run.state('b')).toMatchObject({ status: 'skipped', skip: { cause: 'failure', because: 'a' }, endedAt: 4 });
});

test('concluded: a run that continued after a failure has failed', () => {
  const run = runOf({ a: call }, { onFailure: 'continue' }).start('a').end('a', 'failed');
  expect(run.progress.verdict).toBe('completed');
  expect(run.conclude().progress.verdict).toBe('failed');
});

test('concluded: a cancelled run stays cancelled', () => {
  expect(runOf({ a: call }).cancel().conclude().progress.verdict).toBe('cancelled');
});

test('cancel: of a run that already stops after a failure changes nothing, so that `stop` undoes nothing', () => {
  const cancelled = (onFailure: Plan['onFailure']) =>
    runOf({ a: undoable, b: call, c: call }, { onFailure })
      .start('a', 'b', 'c')
      .end('a')
      .end('b', 'failed')
      .cancel()
      .end('c')
      .conclude()
      .send({ type: 'undoStarted' }).progress;
  expect([cancelled('stop').verdict, cancelled('compensate').verdict]).toEqual(['failed', 'failed']);
  expect([cancelled('stop').undo, cancelled('compensate').undo?.ready]).toEqual([undefined, [{ task: 'a' }]]);
});

test('due: keeps when a wait ends', () => {
  const run = runOf({ a: { wait: '1s' } })
    .start('a')
    .send({ type: 'due', task: 'a', at: 77 });
  expect(run.state('a').dueAt).toBe(77);
});

test('outputFailed: fails a run that had completed', () => {
  const why = failure('OutputFailed', 'no');
  const run = runOf({ a: call }).start('a').end('a').conclude().send({ type: 'outputFailed', failure: why });
  expect(run.progress).toMatchObject({ verdict: 'failed', failure: why });
});

test('replanStarted: nothing starts while the planner is called, and its call is reserved', () => {
  const run = runOf({ a: call, p: call }, {}, { budget: { calls: 5 } })
    .start('a')
    .end('a', 'failed')
    .conclude();
  run.send({ type: 'replanStarted', task: run.graph.tasks.get('p')!, ms: 9 });
  expect(run.progress).toMatchObject({ phase: 'replanning', escrow: { reserved: { calls: 1 } } });
});

test('replanEnded: with a next plan, the run undoes what that plan drops', () => {
  const run = failed({ onFailure: 'replan' });
  const next = { plan: { name: 'q', tasks: {} }, note: { dropped: ['a'] } } as never;
  run.send({ type: 'replanEnded', task: 'p', outcome: outcome('succeeded', { usage }), next });
  expect(run.progress).toMatchObject({ phase: 'compensating', next, usage });
  expect(run.progress.undo!.ready).toEqual([{ task: 'a' }]);
});

test('replanEnded: without a next plan, the first failure stays the cause', () => {
  const run = failed({ onFailure: 'replan' });
  run.send({
    type: 'replanEnded',
    task: 'p',
    outcome: outcome('failed'),
    failure: failure('PlanRejected', 'bad plan'),
  });
  expect(run.progress.failure).toEqual({
    type: 'PlanRejected',
    message: 'no plan to continue with: bad plan',
    cause: 'task b failed: AgentRefused: it failed',
    task: 'b',
  });
});

test('replanEnded: in a run that was cancelled meanwhile changes nothing but the usage', () => {
  const run = failed({ onFailure: 'replan' });
  run.progress.verdict = 'cancelled';
  const next = { plan: { name: 'q', tasks: {} }, note: { dropped: ['a'] } } as never;
  run.send({ type: 'replanEnded', task: 'p', outcome: outcome('succeeded', { usage }), next });
  expect(run.progress).toMatchObject({ phase: 'stopping', usage });
  expect(run.progress).not.toHaveProperty('next');
});

test('undoStarted: begins to undo', () => {
  const run = failed().send({ type: 'undoStarted' });
  expect([run.progress.phase, run.status('a')]).toEqual(['compensating', 'compensating']);
});

test('undone: spends what the undoing used, and keeps how it ended', () => {
  const run = runOf({ a: undoable, b: call }, {}, { budget: { calls: 5 } }).start('a', 'b');
  run.end('a', 'succeeded', { usage }).end('b', 'failed', { usage }).conclude().send({ type: 'undoStarted' });
  run.send({ type: 'undone', unit: { task: 'a' }, outcome: outcome('succeeded', { usage }), left: {} });
  expect(run.progress).toMatchObject({
    compensated: ['a'],
    debt: [],
    usage: { calls: 3 },
    escrow: { spent: { calls: 3 } },
  });
});

test('undone: an undoing that has not succeeded is debt', () => {
  const run = failed().send({ type: 'undoStarted' });
  run.send({ type: 'undone', unit: { task: 'a' }, outcome: outcome('unknown'), left: {} });
  expect(run.progress).toMatchObject({ compensated: [], debt: ['a'] });
});

test('nextPlanAbandoned: everything is undone', () => {
  const run = failed({ onFailure: 'replan' });
  Object.assign(run.progress, { next: {}, verdict: 'cancelled' });
  run.send({ type: 'nextPlanAbandoned' });
  expect(run.progress.phase).toBe('compensating');
  expect(run.progress).not.toHaveProperty('next');
});

test('undoRunStarted: undoes a run that has ended, and counts its own usage', () => {
  const run = failed({ onFailure: 'stop' });
  run.send({ type: 'undoRunStarted', retriesDebt: false });
  expect(run.progress).toMatchObject({
    verdict: 'cancelled',
    phase: 'compensating',
    usage: { calls: 0 },
    failure: { task: 'b' },
  });
});

test('undoRunStarted: a run that retries debt has no failure yet', () => {
  expect(failed().send({ type: 'undoRunStarted', retriesDebt: true }).progress).not.toHaveProperty('failure');
});

test('ended: keeps the verdict of a run', () => {
  expect(failed().send({ type: 'ended', retriesDebt: false }).progress).toMatchObject({
    phase: 'ended',
    verdict: 'failed',
  });
});

test('ended: a run that retried debt has completed if none is left', () => {
  const run = failed().send({ type: 'undoRunStarted', retriesDebt: true });
  expect(run.send({ type: 'ended', retriesDebt: true }).progress.verdict).toBe('completed');
});

test('ended: a run that retried debt has failed if some is left', () => {
  const run = failed().send({ type: 'undoRunStarted', retriesDebt: true });
  run.progress.debt.push('a');
  run.send({ type: 'ended', retriesDebt: true });
  expect(run.progress).toMatchObject({
    verdict: 'failed',
    failure: { type: 'DebtLeft', message: 'could not be undone: a' },
  });
});
