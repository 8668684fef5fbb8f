import { expect, test } from 'vitest';
import { checkRunId } from '../../src/client/errors.js';
import { prepareRun } from '../../src/client/prepare-run.js';

const plan = { name: 'p', tasks: { a: { agent: 'x' } } };
const input = { text: 'x'.repeat(2_500_000) };

test.each<[unknown, string]>([
  [{ list: [1, { n: NaN }] }, 'input.list[1].n: expected a JSON value, got NaN'],
  [{ m: new Map() }, 'input.m: expected a JSON value, got an object of class Map'],
  [{ id: 5n }, 'input.id: expected a JSON value, got a bigint: 5n'],
  [() => 1, 'input: expected a JSON value, got a function'],
])('an input that JSON would change is refused with its place: %#', (input, problem) => {
  expect(() => prepareRun(plan, input, {})).toThrow(problem);
});

test('defaults of the input are filled in, and a date becomes its text', () => {
  const withDefault = {
    ...plan,
    input: { type: 'object', properties: { at: { type: 'string' }, mode: { default: 'fast' } } },
  };
  expect(prepareRun(withDefault, { at: new Date(0) }, {}).input).toEqual({
    at: '1970-01-01T00:00:00.000Z',
    mode: 'fast',
  });
  expect(prepareRun(withDefault, undefined, {}).input).toEqual({ mode: 'fast' });
});

test('prepareRun: plan and input that are larger than a payload are refused, with size and limit', () => {
  const message =
    'plan and input are 2500069 bytes of JSON together, at most 2031616 fit into one payload; with "storage"';
  expect(() => prepareRun(plan, input, {})).toThrow(message);
});

test('prepareRun: a raised limit admits more, and is part of the input of the run', () => {
  expect(prepareRun(plan, input, {}, { valueLimit: 3_000_000 })).toMatchObject({ input, valueLimit: 3_000_000 });
  expect(prepareRun(plan, {}, {})).not.toHaveProperty('valueLimit');
  expect(() => prepareRun(plan, input, {}, { valueLimit: 2_400_000 })).toThrow('at most 2400000 fit');
});

test('prepareRun: a plan by name is refused by a client that knows no plans, with what to do', () => {
  const named = { name: 'p', tasks: { a: { plan: 'other' } } };
  expect(() => prepareRun(named, {}, {})).toThrow(
    'tasks.a.plan: expected the name of a plan that is registered, got "other"; this client knows no plans by name: give them to it as ' +
      '"plans", or write the plan itself here',
  );
  expect(() => prepareRun(named, {}, { plans: new Map([['others', plan]]) })).toThrow('did you mean "others"?');
  expect(prepareRun(named, {}, { plans: new Map([['other', plan]]) })).toMatchObject({ plans: { other: plan } });
});

test.each([
  ['x'.repeat(1_100), '1 to 1000 bytes, got 1100 bytes'],
  ['ä'.repeat(501), '1 to 1000 bytes, got 1002 bytes'],
  ['', '1 to 1000 bytes, got 0 bytes'],
])('checkRunId: an id of a length that the server does not take is refused: %#', (id, message) => {
  expect(() => checkRunId(id)).toThrow(`expected the id of a run, of ${message}`);
  expect(() => checkRunId('x'.repeat(1_000))).not.toThrow();
});
