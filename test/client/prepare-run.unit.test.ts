import { expect, test } from 'vitest';
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
