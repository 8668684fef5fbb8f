import { describe, expect, test } from 'vitest';
import { parseTime, readTime, waitUntil } from '../../../src/domain/plan/wait-until.js';
import { validatePlan, validateSentPlan } from '../../../src/domain/plan/validate/index.js';

describe('parseTime', () => {
  test.each(['2024-02-29', '2024-02-29T10:30Z', '2030-12-31T23:59:59.999+02:00', '2030-01-31T09:00:00'])(
    'reads a time: %s',
    (text) => {
      expect(parseTime(text)).toBe(readTime(text));
      expect(parseTime(text)).toBeTypeOf('number');
    },
  );

  test.each(['2024-02-30', '2023-02-29', '2024-04-31T10:00Z', '2100-02-29', '2024-13-01', '2024-00-10', 'tomorrow'])(
    'refuses a time that does not exist: %s',
    (text) => {
      expect(parseTime(text)).toBeUndefined();
      expect(waitUntil(text, 0)).toBeUndefined();
    },
  );

  test('a run of rules 2 reads a day that does not exist as a day of the next month', () => {
    expect(waitUntil('2024-02-30', Date.parse('2024-01-01'), 'time', readTime)).toBe(Date.parse('2024-03-01'));
  });
});

test('a wait until a day that does not exist is a problem of the plan, but not of a run that has begun', () => {
  const plan = { name: 'p', tasks: { a: { wait: { until: '2024-02-30T09:00:00Z' } }, b: { wait: '2023-02-29' } } };
  const { problems } = validatePlan(plan);
  expect(problems).toMatchObject([
    { code: 'plan.bad-wait', path: 'tasks.a.wait.until', hint: 'there is no such day' },
    { code: 'plan.bad-wait', path: 'tasks.b.wait', hint: 'there is no such day' },
  ]);
  expect(validateSentPlan(plan, new Map()).problems).toEqual([]);
});
