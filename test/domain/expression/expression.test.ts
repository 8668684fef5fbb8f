import { describe, expect, it } from 'vitest';
import {
  compileExpression,
  ExpressionError,
  expressionSource,
  isTruthy,
  parseSource,
} from '../../../src/domain/expression/expression.js';

const evaluate = async (source: string, scope: Record<string, unknown> = {}) =>
  compileExpression(source).evaluate(scope);

describe('expressionSource', () => {
  it.each([
    ['{% $input %}', ' $input '],
    ['  {%$a%}\n', '$a'],
    ['{%%}', ''],
    ['{% a\n+ b %}', ' a\n+ b '],
  ])('expressionSource finds the source in %j', (text, source) => {
    expect(expressionSource(text)).toBe(source);
  });

  it.each(['$input', 'a {% $input %}', '{% $input %} b', '{%', '%}', '{ % $input % }', 5, null, ['{% 1 %}']])(
    'expressionSource finds no source in %j',
    (value) => {
      expect(expressionSource(value)).toBeUndefined();
    },
  );
});

describe('an expression', () => {
  it('the result of an expression is plain JSON: no sequence marks, no functions', async () => {
    const value = await evaluate('$input.list.n', { input: { list: [{ n: 1 }, { n: 2 }] } });
    expect(value).toEqual([1, 2]);
    expect(Object.keys(value as object)).toEqual(['0', '1']);
    await expect(evaluate('function($x){ $x }')).rejects.toThrow('a function, which is not a JSON value');
    await expect(evaluate('$sum')).rejects.toThrow('a function, which is not a JSON value');
  });

  it('an expression that selects nothing is undefined', async () => {
    expect(await evaluate('$input.a.b', { input: {} })).toBeUndefined();
    expect(await evaluate('$nothing.a & ""', {})).toBe('');
  });

  it('an expression sees only own properties, on the fast path and in JSONata', async () => {
    const scope = { tasks: {}, input: {} };
    expect(await evaluate('$tasks.constructor.name', scope)).toBeUndefined();
    expect(await evaluate('($tasks).constructor', scope)).toBeUndefined();
    expect(await evaluate('$lookup($input, "__proto__")', scope)).toBeUndefined();
  });

  it.each([
    ['1 +', 'Unexpected end of expression (at character 3)'],
    ['$f(', 'Expected ")" before end of expression (at character 3)'],
    ['"abc', 'String literal must be terminated by a matching quote (at character 4)'],
  ])('the error of a malformed expression (%j) gives the position', (source, message) => {
    expect(() => parseSource(source)).toThrow(new ExpressionError(message));
  });

  it('an expression that is nested too deeply is malformed, and does not crash', () => {
    for (const piece of ['(', '[', '{"a":', '-', '1+', '$x.', '$x := ', 'function($x){', '1 ? ']) {
      expect(() => parseSource(piece.repeat(100_000))).toThrow(ExpressionError);
    }
  });

  it.each([
    ['forever, by a tail call', '($f := function($n){ $f($n + 1) }; $f(0))'],
    ['too deeply', '($f := function($n){ 1 + $f($n) }; $f(0))'],
  ])('an expression that recurses %s is stopped', async (_how, source) => {
    await expect(evaluate(source)).rejects.toThrow(ExpressionError);
  });

  it('a failure during evaluation is an ExpressionError', async () => {
    await expect(evaluate('$number("x")')).rejects.toThrow(ExpressionError);
    await expect(evaluate('$error("mine")')).rejects.toThrow(/mine/);
    await expect(evaluate('$input.a + "x"', { input: { a: 1 } })).rejects.toThrow(ExpressionError);
  });

  it('an expression can be evaluated many times', () => {
    const double = compileExpression('$item * 2 + $index');
    const all = [1, 2, 3].map((item, index) => double.evaluate({ item, index }));
    expect(all).toEqual([2, 5, 8]);
  });
});

describe('isTruthy', () => {
  it.each([
    true,
    false,
    0,
    1,
    -1,
    '',
    'a',
    '0',
    null,
    [],
    [0],
    [0, 1],
    [[]],
    [[1]],
    ['', ''],
    {},
    { a: 0 },
    [{}],
    [{ a: 1 }],
  ])('isTruthy of %j is the same as $boolean', async (input) => {
    // JSONata returns undefined for some values.
    expect(isTruthy(input)).toBe((await evaluate('$boolean($input)', { input })) ?? false);
  });
});
