import { expect, test } from 'vitest';
import { callFields, runFields } from '../../../src/domain/trace/log-fields.js';
import { traceIdOf } from '../../../src/domain/trace/ids.js';

const GIVEN = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const plan = { name: 'order', tasks: {} };

test('an entry of a run has its plan, its trace and its correlation id', () => {
  const input = { plan, trace: { id: 'abc' }, correlationId: 'order-42' };
  expect(runFields(input, 'first')).toEqual({ plan: 'order', trace_id: 'abc', correlation_id: 'order-42' });
});

test('a traced run that was given no trace has the one that is derived from its first execution', () => {
  expect(runFields({ plan, trace: {} }, 'first')).toEqual({ plan: 'order', trace_id: traceIdOf('first') });
});

test('a run that is not traced keeps the trace of its caller', () => {
  expect(runFields({ plan, traceparent: GIVEN }, 'first').trace_id).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
});

test('an input that is not that of a run adds no fields', () => {
  for (const input of [undefined, null, 'x', { plan: 7, correlationId: 7, traceparent: 7 }])
    expect(runFields(input, 'first')).toEqual({});
});

test('an entry about a call has run, plan, task, item, agent and trace', () => {
  const request = { run: 'r', plan: 'p', task: 't', item: 3, agent: 'a', input: 'private', trace: { id: 'abc' } };
  expect(callFields(request)).toEqual({ run: 'r', plan: 'p', task: 't', item: 3, agent: 'a', trace_id: 'abc' });
});

test('an activity that does nothing for a task adds no fields', () => {
  for (const request of [undefined, [], { plan: { name: 'p' } }, { run: 'r' }]) expect(callFields(request)).toEqual({});
});
