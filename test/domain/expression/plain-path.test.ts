import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileExpression } from '../../../src/domain/expression/expression.js';
import { parsePlainPath, walkPlainPath } from '../../../src/domain/expression/plain-path.js';

describe('parsePlainPath', () => {
  it.each([
    ['$input', { root: 'input', keys: [] }],
    [' $tasks.a.output.b_1 ', { root: 'tasks', keys: ['a', 'output', 'b_1'] }],
    ['$tasks.__proto__.constructor', { root: 'tasks', keys: ['__proto__', 'constructor'] }],
  ])('parsePlainPath reads %j', (source, path) => {
    expect(parsePlainPath(source)).toEqual(path);
  });

  it.each([
    '',
    'input',
    '$',
    '$$',
    '$.a',
    '$input.',
    '$input[0]',
    '$input.a.and',
    '$input.`a`',
    '$input.1',
    '$a.b & "c"',
    '$input .a',
  ])('parsePlainPath leaves %j to JSONata', (source) => {
    expect(parsePlainPath(source)).toBeUndefined();
  });
});

describe('walkPlainPath', () => {
  it('walkPlainPath sees only own properties', () => {
    const walk = (keys: string[], value: unknown) => walkPlainPath({ root: 'x', keys }, value);
    expect(walk(['constructor'], {})).toEqual({ walked: true, value: undefined });
    expect(walk(['__proto__'], {})).toEqual({ walked: true, value: undefined });
    expect(walk(['length'], 'text')).toEqual({ walked: true, value: undefined });
    expect(walk(['a'], null)).toEqual({ walked: true, value: undefined });
    expect(walk(['a', 'b'], { a: [{ b: 1 }] })).toEqual({ walked: false });
  });

  it('walkPlainPath gives the same value as JSONata, for any data and path', () => {
    const key = fc.constantFrom('a', 'b', 'constructor', '__proto__', 'length', 'sequence');
    const { tree: data } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.string()),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(data, fc.array(key, { maxLength: 4 }), (input, keys) => {
        const path = ['$input', ...keys].join('.');
        const scope = { input: JSON.parse(JSON.stringify(input)) as unknown };
        const quick = compileExpression(path).evaluate(scope);
        // In parentheses it is no longer a plain path, so JSONata evaluates it.
        const slow = compileExpression(`(${path})`).evaluate(scope);
        expect(quick).toEqual(slow);
      }),
      { numRuns: 500 },
    );
  });
});
