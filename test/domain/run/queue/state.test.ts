import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { QueuedStart } from '../../../../src/domain/run/queue/messages.js';
import {
  createRunQueue,
  end,
  enqueue,
  MAX_QUEUED,
  notYet,
  queueFault,
  stateOfTicket,
  withdraw,
} from '../../../../src/domain/run/queue/state.js';

const start = (ticket: string, policy: QueuedStart['policy'] = 'queue'): QueuedStart => ({
  ticket,
  policy,
  taskQueue: 'q',
  request: { plan: {} },
});

test('run queue: starts wait in the order of the calls', () => {
  const state = createRunQueue();
  expect(enqueue(state, start('a'))).toEqual({ is: 'queued', ahead: 0 });
  expect(enqueue(state, start('b'))).toEqual({ is: 'queued', ahead: 1 });
  expect(state.queued.map(({ ticket }) => ticket)).toEqual(['a', 'b']);
});

test('run queue: a start that is sent again changes nothing, also after it has started', () => {
  const state = createRunQueue();
  enqueue(state, start('a'));
  enqueue(state, start('a'));
  expect(state.queued).toHaveLength(1);
  end(state, 'a', { is: 'started', runId: 'r1' });
  expect(enqueue(state, start('a'))).toEqual({ is: 'started', runId: 'r1' });
  expect(state.queued).toEqual([]);
});

test('run queue: a replace comes first and supersedes an earlier replace that has not started', () => {
  const state = createRunQueue();
  enqueue(state, start('a'));
  enqueue(state, start('r1', 'replace'));
  enqueue(state, start('r2', 'replace'));
  expect(state.queued.map(({ ticket }) => ticket)).toEqual(['r2', 'a']);
  expect(stateOfTicket(state, 'r1')).toEqual({ is: 'superseded' });
});

test('run queue: what is being started is neither withdrawn nor superseded', () => {
  const state = createRunQueue();
  enqueue(state, start('r1', 'replace'));
  state.starting = 'r1';
  enqueue(state, start('r2', 'replace'));
  expect(withdraw(state, 'r1')).toEqual({ is: 'starting' });
  expect(state.queued.map(({ ticket }) => ticket)).toEqual(['r2', 'r1']);
});

test('run queue: a replace that could not start yet is superseded by the one that has come meanwhile', () => {
  const state = createRunQueue();
  enqueue(state, start('r1', 'replace'));
  state.starting = 'r1';
  enqueue(state, start('r2', 'replace'));
  notYet(state);
  expect(stateOfTicket(state, 'r1')).toEqual({ is: 'superseded' });
  expect(state.queued.map(({ ticket }) => ticket)).toEqual(['r2']);
});

test('run queue: a withdrawn start is gone', () => {
  const state = createRunQueue();
  enqueue(state, start('a'));
  expect(withdraw(state, 'a')).toEqual({ is: 'withdrawn' });
  expect(withdraw(state, 'other')).toEqual({ is: 'unknown' });
  expect(state.queued).toEqual([]);
});

test('run queue: more starts than it keeps, or more bytes, are refused with the numbers', () => {
  const state = createRunQueue();
  for (let n = 0; n < MAX_QUEUED; n++) enqueue(state, start(String(n)));
  expect(queueFault(state, start('more'), 1e9)).toBe('100 starts wait for the run of this id already, at most 100 may');
  expect(queueFault(state, start('0'), 1e9)).toBeUndefined();
  expect(queueFault(createRunQueue(), start('big'), 50)).toMatch(/would be \d+ bytes of JSON together, at most 50 fit/);
});

test('run queue: whatever comes in whatever order, each start has one fate, and those that are queued keep their order', () => {
  const action = fc.record({
    do: fc.constantFrom('queue', 'replace', 'withdraw', 'begin', 'started', 'failed'),
    ticket: fc.integer({ min: 0, max: 12 }).map(String),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const state = createRunQueue();
      const calls: string[] = [];
      const started: string[] = [];
      for (const { do: what, ticket } of actions) {
        if (what === 'queue' || what === 'replace') {
          if (stateOfTicket(state, ticket).is === 'unknown' && what === 'queue') calls.push(ticket);
          enqueue(state, start(ticket, what));
        } else if (what === 'withdraw') withdraw(state, ticket);
        else if (what === 'begin' && state.queued[0] !== undefined) state.starting = state.queued[0].ticket;
        else if (state.starting !== undefined) {
          const one = state.starting;
          if (what === 'started') {
            end(state, one, { is: 'started', runId: one });
            started.push(one);
          } else if (what === 'failed') end(state, one, { is: 'failed', message: 'no' });
        }
        const fates = state.ended.map(([one]) => one);
        const all = [...fates, ...state.queued.map((one) => one.ticket)];
        expect(new Set(all).size).toBe(all.length);
        const queuedCalls = state.queued.filter(({ policy }) => policy === 'queue').map((one) => one.ticket);
        expect(queuedCalls).toEqual(calls.filter((one) => queuedCalls.includes(one)));
      }
      expect(new Set(started).size).toBe(started.length);
    }),
  );
});
