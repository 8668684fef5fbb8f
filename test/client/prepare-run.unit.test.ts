import { expect, test } from 'vitest';
import { prepareRun } from '../../src/client/prepare-run.js';

const plan = { name: 'p', tasks: { a: { agent: 'x' } } };
const input = { text: 'x'.repeat(2_500_000) };

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
