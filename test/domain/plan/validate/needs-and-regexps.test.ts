import { describe, expect, it } from 'vitest';
import { validatePlan, validateSentPlan } from '../../../../src/domain/plan/validate/index.js';

const planOf = (task: object) => ({
  name: 'p',
  tasks: { a: { agent: 'x' }, b: { agent: 'x' }, c: { agent: 'x', ...task } },
});
const problemsOf = (task: object) =>
  validatePlan(planOf(task)).problems.map(({ code, path, message }) => `${code} ${path}: ${message}`);

describe('$needs', () => {
  it.each([
    { needs: ['a', 'b'], input: '{% $sum($needs.*.count) %}' },
    { needs: ['a'], input: { x: '{% $needs.a.x %}' }, when: '{% $exists($needs.a) %}' },
    { needs: ['a'], forEach: { items: '{% $needs.a %}' }, input: '{% $item & $needs.a.name %}' },
    { needs: ['a'], compensate: { agent: 'x', input: '{% $needs.a %}' } },
  ])('$needs can be read in the parts of a task: %j', (task) => {
    expect(problemsOf(task)).toEqual([]);
  });

  it('$needs has only the tasks that needs declares', () => {
    expect(problemsOf({ needs: ['a'], input: '{% $needs.b.x %}' })).toEqual([
      'plan.unknown-need tasks.c.input: expected a after $needs, got "b"',
    ]);
    expect(problemsOf({ input: '{% $needs.b & "" %}' })).toEqual([
      'plan.unknown-need tasks.c.input: expected a task with needs after $needs, got "b"',
    ]);
  });

  it('$needs cannot be read in the output of a plan', () => {
    const { problems } = validatePlan({ ...planOf({}), output: '{% $needs.a %}' });
    expect(problems.map(({ code }) => code)).toContain('plan.expression-scope');
  });
});

describe('a regular expression in an expression', () => {
  it.each(['/a+b/', '/(\\d+)-(?<n>\\w)/i', '/^(a+)+$/', '/[^/]+\\.ts$/m'])(
    'the regular expression %s is accepted',
    (regExp) => {
      expect(problemsOf({ input: `{% $contains($input.x, ${regExp}) %}` })).toEqual([]);
    },
  );

  it.each([
    ['/a(?=b)/', 'lookahead'],
    ['/(?<!a)b/', 'lookbehind'],
    ['/(a)\\1/', 'backreference'],
  ])('the regular expression %s is rejected: it cannot be matched in linear time', (regExp) => {
    const [problem, ...more] = problemsOf({ input: `{% $replace($input.x, ${regExp}, "") %}` });
    expect(problem).toMatch(
      /^plan\.bad-regexp tasks\.c\.input: expected a regular expression that can be matched in linear time, got \//,
    );
    expect(problem?.match(/expected/g)).toHaveLength(1);
    expect(more).toEqual([]);
  });

  it('an unsupported regular expression in the plan of a run that has begun is accepted', () => {
    expect(validateSentPlan(planOf({ input: '{% $contains($input.x, /a(?=b)/) %}' }), new Map()).problems).toEqual([]);
  });
});
