import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, formatPath, formatProblem, got, problem } from '../../src/domain/problem.js';

describe('formatPath', () => {
  it('reads as a person would write it', () => {
    expect(formatPath(['tasks', 'b', 'needs', 0])).toBe('tasks.b.needs[0]');
    expect(formatPath(['tasks', 'a b', 'x'])).toBe('tasks["a b"].x');
    expect(formatPath([])).toBe('');
  });

  it('stays short whatever a key is', () => {
    expect(formatPath(['tasks', 'x'.repeat(1_000_000)]).length).toBeLessThan(120);
  });
});

describe('formatProblem', () => {
  it('is one line of path, message and hint', () => {
    const one = problem(
      'plan.unknown-need',
      ['tasks', 'b', 'needs', 0],
      'expected an id, got "x"',
      'did you mean "ax"?',
    );
    expect(formatProblem(one)).toBe('tasks.b.needs[0]: expected an id, got "x"; did you mean "ax"?');
    expect(formatProblem(problem('plan.x', [], 'wrong'))).toBe('plan: wrong');
  });
});

describe('got', () => {
  it('prints anything on one short line, with nothing that a terminal obeys', () => {
    const values = fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), fc.constant('\u009b31m\u202e\u2028'));
    fc.assert(
      fc.property(values, (value) => {
        const text = got(value);
        expect(text.length).toBeLessThanOrEqual(80);
        expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
      }),
    );
  });

  it('names what JSON cannot say', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect([undefined, 10n, () => 1, circle].map(got)).toEqual([
      'nothing',
      '10n',
      'a function',
      'a value that holds itself',
    ]);
  });
});

describe('didYouMean', () => {
  it.each([
    ['x', ['ax', 'b'], 'did you mean "ax"?'],
    ['ecko', ['echo', 'other'], 'did you mean "echo"?'],
    ['Needs', ['needs'], 'did you mean "needs"?'],
    ['ouptut', ['output', 'status'], 'did you mean "output"?'],
    ['x', ['a', 'b'], undefined],
    ['scan', ['report'], undefined],
    ['anything', [], undefined],
  ])('for %j among %j says %j', (came, names, hint) => {
    expect(didYouMean(came, names)).toBe(hint);
  });

  it('does not compare what nobody typed', () => {
    expect(didYouMean('x'.repeat(100_000), ['x'.repeat(100_001)])).toBeUndefined();
  });
});
