import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileExpression } from '../../../src/domain/expression/expression.js';
import { parseIndexedPath, walkIndexedPath } from '../../../src/domain/expression/indexed-path.js';

describe('parseIndexedPath', () => {
  it.each([
    ['$tasks.a.output[$index]', { root: 'tasks', steps: [{ key: 'a' }, { key: 'output', index: 'index' }] }],
    ['$item[0]', { root: 'item', steps: [{ index: 0 }] }],
    [' $x.rows[ -1 ].name ', { root: 'x', steps: [{ key: 'rows', index: -1 }, { key: 'name' }] }],
  ])('parseIndexedPath reads %j', (source, path) => {
    expect(parseIndexedPath(source)).toEqual(path);
  });

  it.each(['$x[0][1]', '$x[1.5]', '$x[a]', '$x[$]', '$x[$y.z]', '$x.and[0]', '$x[0].(a)', '$x[]', 'x[0]', '$[0]'])(
    'leaves %j to JSONata',
    (source) => {
      expect(parseIndexedPath(source)).toBeUndefined();
    },
  );
});

describe('walkIndexedPath', () => {
  it('walkIndexedPath stops if the index is not a number, or the path goes through a list', () => {
    const walk = (source: string, scope: object) => walkIndexedPath(parseIndexedPath(source)!, { ...scope });
    expect(walk('$x[$i]', { x: [1], i: 'a' })).toEqual({ walked: false });
    expect(walk('$x[$i]', { x: [1] })).toEqual({ walked: false });
    expect(walk('$x[0].a', { x: [[{ a: 1 }]] })).toEqual({ walked: false });
    expect(walk('$x[$i]', { x: [1, 2], i: -1 })).toEqual({ walked: true, value: 2 });
  });

  it('walkIndexedPath gives the same value as JSONata, for any data, path and index', () => {
    const key = fc.constantFrom('a', 'b', 'length', '__proto__');
    const { tree: data } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.string()),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
      ),
    }));
    const index = fc.oneof(
      fc.constant(''),
      fc.constant('[$index]'),
      fc.integer({ min: -3, max: 4 }).map((n) => `[${n}]`),
    );
    fc.assert(
      fc.property(
        data,
        fc.integer({ min: -3, max: 4 }),
        index,
        fc.array(fc.tuple(key, index), { maxLength: 3 }),
        (input, at, first, keys) => {
          const path = `$input${first}${keys.map(([name, place]) => `.${name}${place}`).join('')}`;
          const scope = { input: JSON.parse(JSON.stringify(input)) as unknown, index: at };
          const quick = compileExpression(path).evaluate(scope);
          // In parentheses it is no longer an indexed path, so JSONata evaluates it.
          const slow = compileExpression(`(${path})`).evaluate(scope);
          expect(quick).toEqual(slow);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
