import { expect, test } from 'vitest';
import { checkPlan } from '../../src/client/check-plan.js';
import { prepareRun } from '../../src/client/prepare-run.js';

const planWith = (input: unknown, more: object = {}) => ({ name: 'p', ...more, tasks: { a: { agent: 'x', input } } });
const problemsOf = (input: unknown, allow?: string[]) =>
  checkPlan(planWith(input), allow === undefined ? {} : { secrets: { allow } }).problems;

test('validate: a reference to a secret that the configuration does not allow is a problem', () => {
  expect(problemsOf({ key: [{ $secret: 'KEY' }] }, ['KEY'])).toEqual([]);
  expect(problemsOf({ key: { $secret: 'KEY' } })).toEqual([]);
  expect(problemsOf({ key: [{ $secret: 'KEY' }] }, ['A', 'B'])).toEqual([
    {
      code: 'plan.secret-not-allowed',
      path: 'tasks.a.input.key[0]',
      message: 'expected one of the 2 secrets that the configuration allows, got "KEY"',
      hint: 'add it to secrets.allow of the configuration',
    },
  ]);
});

test('validate: an object with $secret that is not a reference is a problem', () => {
  for (const bad of [{ $secret: 5 }, { $secret: 'A', more: 1 }, { $secret: '../A' }]) {
    expect(problemsOf({ key: bad }).map(({ code, path }) => `${code} ${path}`)).toEqual([
      'plan.bad-secret tasks.a.input.key',
    ]);
  }
  expect(problemsOf({ key: { $secret: '{% $input.name %}' } })).toEqual([]);
});

test('run: a reference in the input fits where the schema of the plan has text, and stays a reference', () => {
  const input = { type: 'object', properties: { key: { type: 'string', minLength: 40 }, n: { type: 'number' } } };
  const plan = planWith(null, { input });
  const given = { key: { $secret: 'KEY' } };
  expect(prepareRun(plan, given, {}).input).toEqual(given);
  expect(() => prepareRun(plan, { n: { $secret: 'KEY' } }, {})).toThrow('input.n: expected to be number');
});
