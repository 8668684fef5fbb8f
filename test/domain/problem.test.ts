import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  didYouMean,
  formatPath,
  formatProblem,
  problem,
  shown,
  unknownKeyProblem,
  withHint,
} from '../../src/domain/problem.js';

describe('formatPath', () => {
  it('formatPath writes a path as a person would', () => {
    expect(formatPath(['tasks', 'b', 'needs', 0])).toBe('tasks.b.needs[0]');
    expect(formatPath(['tasks', 'a b', 'x'])).toBe('tasks["a b"].x');
    expect(formatPath([])).toBe('');
  });

  it('formatPath shortens a long key', () => {
    expect(formatPath(['tasks', 'x'.repeat(1_000_000)]).length).toBeLessThan(120);
  });
});

describe('formatProblem', () => {
  it('formatProblem is one line of path, message and hint', () => {
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

describe('shown', () => {
  it('shown prints any value on one short line, without characters that control a terminal', () => {
    const values = fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), fc.constant('\u009b31m\u202e\u2028'));
    fc.assert(
      fc.property(values, (value) => {
        const text = shown(value);
        expect(text.length).toBeLessThanOrEqual(80);
        expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
      }),
    );
  });

  it('shown names values that JSON cannot represent', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect([undefined, 10n, () => 1, circle].map(shown)).toEqual([
      'nothing',
      '10n',
      'a function',
      'a value that contains itself',
    ]);
  });
});

describe('didYouMean', () => {
  it.each([
    ['x', ['ax', 'b'], 'did you mean "ax"?'],
    ['ecko', ['echo', 'other'], 'did you mean "echo"?'],
    ['Needs', ['needs'], 'did you mean "needs"?'],
    ['ouptut', ['output', 'status'], 'did you mean "output"?'],
    ['rnu', ['runs', 'run'], 'did you mean "run"?'],
    ['tow', ['one', 'two'], 'did you mean "two"?'],
    ['ab', ['ba'], 'did you mean "ba"?'],
    ['x', ['a', 'b'], undefined],
    ['scan', ['report'], undefined],
    ['anything', [], undefined],
  ])('didYouMean of %j and the names %j is %j', (came, names, hint) => {
    expect(didYouMean(came, names)).toBe(hint);
  });

  it('didYouMean does not compare very long names', () => {
    expect(didYouMean('x'.repeat(100_000), ['x'.repeat(100_001)])).toBeUndefined();
  });
});

describe('unknownKeyProblem', () => {
  it('names the key, and the known key that is near it, or all that are known', () => {
    const { message, hint } = unknownKeyProblem('inptu', ['input', 'output']);
    expect(withHint(message, hint)).toBe('unknown key "inptu"; did you mean "input"?');
    const far = unknownKeyProblem('x', ['input', 'output']);
    expect(withHint(far.message, far.hint)).toBe('unknown key "x"; known here: input, output');
    expect(unknownKeyProblem('x', []).hint).toBeUndefined();
  });
});
