// Which tasks may take an event, and why an event that none can take is refused.
import { describe, expect, test } from 'vitest';
import { buildGraph } from '../../../src/domain/plan/graph.js';
import type { Plan } from '../../../src/domain/plan/plan.js';
import { createProgress, stateOf } from '../../../src/domain/progress/progress.js';
import { receiptFor, whyNotTaken, type EventContext } from '../../../src/domain/run/event-takers.js';

function contextOf(plan: Plan, more: Partial<EventContext> = {}): EventContext {
  const graph = buildGraph(plan);
  return { runId: 'r', graph, progress: createProgress(graph), awaited: new Map(), ...more };
}

/** The task has started to wait. */
function wait(context: EventContext, task: string, name: string): void {
  stateOf(context.progress, task).status = 'running';
  (context.awaited as Map<string, string>).set(task, name);
}

const two: Plan = { name: 'two', tasks: { a: { event: 'paid' }, b: { event: { name: 'sent', timeout: '1d' } } } };

describe('whyNotTaken', () => {
  test('whyNotTaken: a name that no task has is refused with the names that tasks wait for, and the nearest one', () => {
    expect(whyNotTaken('padi', contextOf(two))).toBe(
      'event: expected a name that a task of run r waits for ("paid", "sent"), got "padi"; did you mean "paid"?',
    );
    expect(whyNotTaken('paid', contextOf(two))).toBeUndefined();
    expect(whyNotTaken('x', contextOf({ name: 'p', tasks: { a: { agent: 'echo' } } }))).toBe(
      'event "x": no task of run r waits for an event',
    );
  });

  test('whyNotTaken: an event whose only task has ended is refused with the state of the task', () => {
    const context = contextOf(two);
    stateOf(context.progress, 'a').status = 'skipped';
    expect(whyNotTaken('paid', context)).toBe(
      'event "paid": task a of run r is skipped, and no other task waits for this event',
    );
    stateOf(context.progress, 'a').status = 'running';
    stateOf(context.progress, 'a').answer = { data: 1 };
    expect(whyNotTaken('paid', context)).toBe(
      'event "paid": task a of run r has received it already, and no other task waits for this event',
    );
  });

  test('whyNotTaken: a task whose name is an expression may take any event until the name is known', () => {
    const context = contextOf({ name: 'p', tasks: { a: { event: "{% 'paid-' & $input.n %}" } } });
    expect(whyNotTaken('paid-7', context)).toBeUndefined();
    wait(context, 'a', 'paid-8');
    expect(whyNotTaken('paid-8', context)).toBeUndefined();
    expect(whyNotTaken('paid-7', context)).toBe(
      'event: expected a name that a task of run r waits for ("paid-8"), got "paid-7"; did you mean "paid-8"?',
    );
  });

  test('whyNotTaken: a run that may be re-planned accepts any name, until it may not be re-planned any more', () => {
    const plan: Plan = { ...two, onFailure: 'replan', replan: { planner: 'p', replans: 1 } };
    const context = contextOf(plan);
    expect(whyNotTaken('other', context)).toBeUndefined();
    const replans = [{ failure: { type: 'TaskFailed', message: '' }, failed: [], dropped: [], of: 1 }] as never;
    expect(whyNotTaken('other', { ...context, progress: { ...context.progress, replans } })).toContain('"other"');
  });

  test('whyNotTaken: an event that a sub-plan waits for is refused with the id of the run of the sub-plan', () => {
    const inner: Plan = { name: 'inner', tasks: { it: { event: 'go' } } };
    const plan: Plan = {
      name: 'outer',
      tasks: {
        own: { event: 'own' },
        sub: { plan: { name: 'middle', tasks: { deep: { plan: 'inner' } } } },
        each: { plan: inner, forEach: { items: [1, 2] } },
      },
    };
    expect(whyNotTaken('go', contextOf(plan, { plans: { inner } }))).toBe(
      'event: expected a name that a task of run r waits for ("own"), got "go"; ' +
        'send it to the sub-plan that waits for it: r/sub/deep, r/each[INDEX]',
    );
  });

  test('whyNotTaken: a name of any length is answered with a short message', () => {
    expect(whyNotTaken('x'.repeat(500), contextOf(two))!.length).toBeLessThan(250);
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`t${n}`, { event: `e${n}` }]));
    expect(whyNotTaken('zzzz', contextOf({ name: 'p', tasks: many }))).toContain('"e9", and 40 more)');
  });
});

describe('receiptFor', () => {
  test('receiptFor: events go to the tasks that wait, the first that waited first, then to those that will wait', () => {
    const context = contextOf({ name: 'p', tasks: { a: { event: 'go' }, b: { event: 'go' }, c: { event: 'go' } } });
    wait(context, 'b', 'go');
    wait(context, 'a', 'go');
    const receipts = [0, 1, 2, 3].map((before) => receiptFor('go', before, context));
    expect(receipts.map(({ state, tasks }) => [state, ...tasks])).toEqual([
      ['taken', 'b'],
      ['taken', 'a'],
      ['kept', 'c'],
      ['kept'],
    ]);
  });

  test('receiptFor: a task whose name is not known yet is named if no other task will take the event', () => {
    const context = contextOf({ name: 'p', tasks: { a: { event: '{% $input.x %}' }, b: { event: 'go' } } });
    expect(receiptFor('go', 0, context)).toEqual({ event: 'go', state: 'kept', tasks: ['b'] });
    expect(receiptFor('no', 0, context)).toEqual({ event: 'no', state: 'kept', tasks: ['a'] });
  });
});
