import { expect, test } from 'vitest';
import { isQuiet } from '../../../src/domain/progress/advance.js';
import { isAboutToStart } from '../../../src/domain/progress/progress.js';
import type { Task } from '../../../src/domain/plan/plan.js';
import { call, outcome, runOf, runOn } from '../../support/run-of.js';

const conditional: Task = { ...call, when: '{% $input.yes %}' };
const withBudget = { budget: { tokens: { soft: 50, hard: 100 } }, estimates: { echo: { tokens: 60 } } };

test('takeReady: gives tasks by priority, then in the order of the plan', () => {
  const run = runOf({ a: call, b: { ...call, priority: 1 }, c: call });
  expect(run.ready()).toEqual(['b', 'a', 'c']);
});

test('takeReady: gives nothing while as many calls as the plan allows are in flight', () => {
  const run = runOf({ a: call, b: call }, { concurrency: 1 }).start('a');
  expect(run.ready()).toEqual([]);
});

test('takeReady: gives tasks that call no agent, and conditions, whatever is in flight', () => {
  const run = runOf({ a: call, b: { wait: '1s' }, c: conditional, d: call }, { concurrency: 1 }).start('a');
  expect(run.ready()).toEqual(['b', 'c']);
});

test('takeReady: passes over a task that was skipped while it waited', () => {
  expect(runOf({ a: call, b: call }).skip('a').ready()).toEqual(['b']);
});

test('admitted: a task whose condition was true waits for a place like any call', () => {
  const run = runOf({ a: conditional, b: call }, { concurrency: 1 });
  expect(run.ready()).toEqual(['a', 'b']);
  run.send({ type: 'admitted', task: 'a' }).start('b');
  expect(run.ready()).toEqual([]);
  expect(run.end('b').ready()).toEqual(['a']);
});

test('admitted: is for pending tasks alone', () => {
  const run = runOf({ a: conditional }).start('a');
  expect(() => run.send({ type: 'admitted', task: 'a' })).toThrow('task a: only a pending task is admitted');
});

test('started: of a task that has ended is a bug', () => {
  expect(() => runOf({ a: call }).start('a').end('a').start('a')).toThrow('cannot go from succeeded to running');
});

test('an event of a task that the plan does not have is a bug', () => {
  expect(() => runOf({ a: call }).start('b')).toThrow('expected the id of a task');
});

test('skipped: is by condition unless it says otherwise', () => {
  const run = runOf({ a: call, b: call }).skip('a').send({ type: 'skipped', task: 'b', cause: 'budget', now: 5 });
  expect([run.state('a').skip, run.state('b').skip]).toEqual([{ cause: 'condition' }, { cause: 'budget' }]);
  expect(run.state('b').endedAt).toBe(5);
});

test('skipped: of a task that runs is a bug', () => {
  expect(() => runOf({ a: call }).start('a').skip('a')).toThrow('cannot go from running to skipped');
});

test('settled: lets what needs the task start', () => {
  const run = runOf({ a: call, b: { ...call, needs: ['a'] } })
    .start('a')
    .end('a');
  expect(run.ready()).toContain('b');
});

test('proposed: keeps the plan, and that a person is asked about it', () => {
  const plan = { name: 'made', tasks: {} };
  const run = runOf({ a: { decompose: { goal: 'g', planner: 'p' } } }).start('a');
  run.send({ type: 'proposed', task: 'a', plan, asks: true });
  expect(run.state('a')).toMatchObject({ made: plan, asks: true });
  run.send({ type: 'proposed', task: 'a', plan, asks: false });
  expect(run.state('a')).not.toHaveProperty('asks');
});

test('proposed: an answer to an earlier plan does not count', () => {
  const run = runOf({ a: { decompose: { goal: 'g', planner: 'p' } } }).start('a');
  run.send({ type: 'answered', task: 'a', answer: 'yes' });
  run.send({ type: 'proposed', task: 'a', plan: { name: 'made', tasks: {} }, asks: true });
  expect(run.state('a')).not.toHaveProperty('answer');
});

test('answered: keeps the answer for the task', () => {
  const run = runOf({ a: { approve: { title: 'ok?' } } })
    .start('a')
    .send({ type: 'answered', task: 'a', answer: 'yes' });
  expect(run.state('a').answer).toBe('yes');
});

test('stopped: nothing starts any more, and the run ends as it says', () => {
  const run = runOf({ a: call, b: call }).start('a').cancel();
  expect(run.progress).toMatchObject({ phase: 'stopping', verdict: 'cancelled', failure: { type: 'RunCancelled' } });
  expect(run.ready()).toEqual([]);
});

test('stopped: a cancel of a run that stops because of a failure changes nothing', () => {
  const run = runOf({ a: call, b: call }).start('a', 'b').end('a', 'failed').cancel();
  expect(run.progress).toMatchObject({ verdict: 'failed', failure: { task: 'a' } });
});

test('paused: nothing starts until the run is resumed', () => {
  const run = runOf({ a: call }).send({ type: 'paused', because: 'user' });
  expect([run.ready(), run.progress.pausedBecause]).toEqual([[], 'user']);
  expect(run.send({ type: 'resumed' }).ready()).toEqual(['a']);
});

test('paused: what is in flight ends all the same', () => {
  const run = runOf({ a: call, b: { ...call, needs: ['a'] } })
    .start('a')
    .send({ type: 'paused', because: 'user' })
    .end('a');
  expect([run.status('a'), run.ready()]).toEqual(['succeeded', []]);
});

test('isQuiet: not while a task runs', () => {
  const run = runOf({ a: { wait: '1s' } })
    .start('a')
    .cancel();
  expect(isQuiet(run.progress)).toBe(false);
  expect(isQuiet(run.end('a', 'cancelled').progress)).toBe(true);
});

test('isQuiet: not while something may start', () => {
  const run = runOf({ a: call });
  expect(isQuiet(run.progress)).toBe(false);
  expect(isQuiet(run.cancel().progress)).toBe(true);
});

test('conclude: a run without a failure is completed', () => {
  expect(runOf({ a: call }).start('a').end('a').conclude().progress.verdict).toBe('completed');
});

test('conclude: a run that went on after a failure has failed', () => {
  expect(runOn({ a: call }).start('a').end('a', 'failed').conclude().progress.verdict).toBe('failed');
});

test('a budget: what fits is held, and what does not waits behind it', () => {
  const run = runOf({ a: call, b: call }, {}, withBudget);
  run.start('a');
  expect(run.progress.escrow!.reserved.tokens).toBe(60);
  expect([run.ready(), run.progress.pausedBecause]).toEqual([[], undefined]);
});

test('a budget: pauses the run if nothing in flight may leave room', () => {
  const usage = { calls: 1, tokens: 60, usd: 0 };
  const run = runOf({ a: call, b: call }, {}, withBudget).start('a').end('a', 'succeeded', { usage });
  expect([run.ready(), run.progress.pausedBecause]).toEqual([[], 'budget-exceeded']);
});

test('a budget: leaves out what is optional at the soft limit', () => {
  const run = runOf({ a: { ...call, optional: true } }, {}, withBudget);
  expect(run.ready()).toEqual(['a (left out)']);
});

test('elapsed: once the hard limit of time is reached the run pauses', () => {
  const run = runOf({ a: call }, {}, { budget: { duration: '1s' } }).send({ type: 'elapsed', ms: 1000 });
  expect([run.ready(), run.progress.pausedBecause]).toEqual([[], 'budget-exceeded']);
});

test('raised: lifts the limit, and a run that the budget has paused continues', () => {
  const run = runOf({ a: call }, {}, { budget: { tokens: 10 }, estimates: { echo: { tokens: 60 } } });
  expect(run.ready()).toEqual([]);
  run.send({ type: 'raised', add: { tokens: 50 }, ms: 0 });
  expect([run.progress.pausedBecause, run.progress.escrow!.limits.tokens]).toEqual([undefined, { soft: 60, hard: 60 }]);
  expect(run.ready()).toEqual(['a']);
});

test('raised: does not resume a run that a person has paused', () => {
  const run = runOf({ a: call }, {}, withBudget).send({ type: 'paused', because: 'user' });
  expect(run.send({ type: 'raised', add: { tokens: 1 }, ms: 0 }).progress.pausedBecause).toBe('user');
});

test('fallbackAsked: goes before what has not begun, and what the first call used is spent', () => {
  const usage = { calls: 1, tokens: 10, usd: 0 };
  const run = runOf({ a: { ...call, fallback: { agent: 'spare' } }, b: call }, {}, withBudget).start('a');
  run.send({ type: 'fallbackRequested', task: 'a', agent: 'spare', outcome: outcome('failed', { usage }) });
  expect(run.progress.escrow).toMatchObject({ spent: usage, reserved: { tokens: 0 }, fallbacks: [{ agent: 'spare' }] });
  expect(run.ready()).toEqual([]);
});

test('hedgeStarted and hedgeEnded: the second call takes a place, and gives it back', () => {
  const run = runOf({ a: { ...call, hedge: { after: '1s' } } }, {}, withBudget).start('a');
  run.send({ type: 'hedgeStarted', task: 'a', name: 'hedge:1', agent: 'echo' });
  expect(run.progress).toMatchObject({ inFlight: 2, escrow: { reserved: { tokens: 120 } } });
  run.send({ type: 'hedgeEnded', task: 'a', name: 'hedge:1', agent: 'echo', outcome: outcome('cancelled') });
  expect(run.progress).toMatchObject({ inFlight: 1, escrow: { reserved: { tokens: 60 } } });
});

test('rivalEnded: what a call of a race was expected to use is free when it has ended', () => {
  const race = runOf({ a: { race: ['echo', 'spare'] } }, {}, withBudget).start('a');
  race.send({
    type: 'parallelCallEnded',
    task: 'a',
    name: 'race:echo',
    outcome: outcome('failed', { usage: { calls: 1, tokens: 1, usd: 0 } }),
  });
  expect(race.progress.escrow).toMatchObject({ spent: { tokens: 1 }, reserved: { calls: 1, tokens: 0 } });
});

test('subPlanShort: a sub-plan that has used up its share pauses the run until it has got more', () => {
  const run = runOf({ a: { plan: 'x' }, b: call }, {}, { budget: { tokens: 100 } }).start('a');
  run.send({ type: 'subPlanShort', work: 'a', isShort: true });
  expect([run.ready(), run.progress.pausedBecause]).toEqual([[], 'budget-exceeded']);
});

test('isAboutToStart: a pending task that waits for nothing, in a run that may start tasks', () => {
  const run = runOf({ a: call, b: { ...call, needs: ['a'] } });
  const about = () => ['a', 'b'].filter((id) => isAboutToStart(run.progress, id));
  expect(about()).toEqual(['a']);
  run.send({ type: 'paused', because: 'user' });
  expect(about()).toEqual([]);
  run.send({ type: 'resumed' }).start('a');
  expect(about()).toEqual([]);
  run.end('a');
  expect(about()).toEqual(['b']);
});
