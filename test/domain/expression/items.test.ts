// Lists of none, one and more: what is wanted as a list is a list, whatever its length.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileItems } from '../../../src/domain/expression/items.js';

const itemsOf = (template: unknown, scope: Record<string, unknown>): unknown => {
  const found = compileItems(template)(scope);
  return 'items' in found ? found.items : { notAList: found.notAList };
};

const file = (n: number) => ({
  name: `f${n}`,
  tags: [`t${n}`],
  pairs: [[n, n + 1]],
  nest: { rows: [{ id: n }] },
  a: n,
  b: n + 10,
});
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

/** For each expression, the items that each file contributes. */
const OVER_FILES: [string, (n: number) => unknown[]][] = [
  ['$input.files', (n) => [file(n)]],
  ['$input.files.name', (n) => [`f${n}`]],
  ['$input.files.tags', (n) => [`t${n}`]],
  ['$input.files.pairs', (n) => [[n, n + 1]]],
  ['$input.files.nest.rows.id', (n) => [n]],
  ['$input.files.(name)', (n) => [`f${n}`]],
  ['($input.files.name)', (n) => [`f${n}`]],
  ['($none := 1; $input.files.name)', (n) => [`f${n}`]],
  ['$x := $input.files.name', (n) => [`f${n}`]],
  ['$input.files.[a, b]', (n) => [[n, n + 10]]],
  ['$input.files^(a).[a, b]', (n) => [[n, n + 10]]],
  ['$input.files.{ "id": a }', (n) => [{ id: n }]],
  ['$input.files.pairs[$count($) = 2]', (n) => [[n, n + 1]]],
  ['$input.files.(pairs[$count($) = 2])', (n) => [[n, n + 1]]],
  ['$input.files.(a >= 0 ? pairs[$count($) = 2] : [])', (n) => [[n, n + 1]]],
  ['$input.files[a >= 0].name', (n) => [`f${n}`]],
  ['$input.files.name[]', (n) => [`f${n}`]],
  ['[$input.files.name]', (n) => [`f${n}`]],
  ['[$input.files.pairs[$count($) = 2]]', (n) => [[n, n + 1]]],
  ['true ? $input.files.name : "x"', (n) => [`f${n}`]],
  ['$input.nothing ?? $input.files.name', (n) => [`f${n}`]],
  ['$map($input.files, function($f) { [$f.a, $f.b] })', (n) => [[n, n + 10]]],
  ['$map($input.files, function($f) { null })', () => [null]],
  ['$filter($input.files.pairs, function($p) { $count($p) = 2 })', (n) => [[n, n + 1]]],
  ['$distinct($input.files.pairs[$count($) = 2])', (n) => [[n, n + 1]]],
  ['$append($input.files.pairs[$count($) = 2], [])', (n) => [[n, n + 1]]],
  ['$input.files.name ~> $filter(function($n) { $n != "" })', (n) => [`f${n}`]],
  ['$input.files.pairs[$count($) = 2] ~> $distinct()', (n) => [[n, n + 1]]],
  ['$zip($input.files.a, $input.files.b)', (n) => [[n, n + 10]]],
  ['$sort($input.files.a)', (n) => [n]],
  ['$reduce($input.files.tags, $append)', (n) => [`t${n}`]],
  ['$input.files@$f.{ "f": $f.name }', (n) => [{ f: `f${n}` }]],
  ['$input.files#$i.{ "i": $i, "n": name }', (n) => [{ i: n, n: `f${n}` }]],
  ['$input.files.nest.rows.{ "of": %.%.name, "id": id }', (n) => [{ of: `f${n}`, id: n }]],
  ['$input.**.id', (n) => [n]],
];

describe.each(OVER_FILES)('compileItems: %s', (source, itemsOfFile) => {
  test.each([0, 1, 2, 3])('gives a list for %i files', (count) => {
    const input = { files: numbers(count).map(file) };
    expect(itemsOf(`{% ${source} %}`, { input })).toEqual(numbers(count).flatMap(itemsOfFile));
  });

  test('does not change the data', () => {
    const input = { files: [file(1)] };
    itemsOf(`{% ${source} %}`, { input });
    expect(input).toEqual({ files: [file(1)] });
    expect(Object.keys(input.files)).toEqual(['0']);
  });
});

test('the output of a forEach is flattened by a path, and its inner lists stay', () => {
  const tasks = (output: unknown[]) => ({ tasks: { each: { output } } });
  expect(itemsOf('{% $tasks.each.output.hit %}', tasks([{ hit: 'a' }]))).toEqual(['a']);
  expect(itemsOf('{% $tasks.each.output.hit %}', tasks([]))).toEqual([]);
  expect(itemsOf('{% $tasks.each.output.hits %}', tasks([{ hits: ['a', 'b'] }]))).toEqual(['a', 'b']);
  expect(itemsOf('{% $tasks.each.output.hits %}', tasks([{ hits: [['a', 'b']] }, null]))).toEqual([['a', 'b']]);
  expect(itemsOf('{% $tasks.each.output %}', tasks([['a', 'b']]))).toEqual([['a', 'b']]);
  expect(itemsOf('{% $tasks.each.output %}', tasks([[]]))).toEqual([[]]);
});

describe('compileItems: one value', () => {
  const scope = { input: { one: { id: 1 }, groups: [[1, 2], [3]], nothing: null, text: 'x' } };

  test.each<[string, unknown]>([
    ['$input.groups[0]', [1, 2]],
    ['$input.groups[1][0]', [3]],
    ['$lookup($input, "one")', [{ id: 1 }]],
    ['$input.one.id + 1', [2]],
    ['$max($input.groups[0])', [2]],
    ['$lookup($input, "none")', []],
    ['false ? $input.one', []],
    ['[null]', [null]],
    ['[]', []],
  ])('%s', (source, items) => {
    expect(itemsOf(`{% ${source} %}`, scope)).toEqual(items);
  });

  test.each<[unknown, unknown]>([
    ['{% $input.nothing %}', null],
    ['{% true ? null : [] %}', null],
    ['{% $lookup($input, "nothing") %}', null],
    ['{% $input.text %}', 'x'],
    ['{% $input.one %}', { id: 1 }],
    ['{% $input.one.id.more %}', undefined],
    ['{% $input.misspelled %}', undefined],
    [null, null],
    [{ a: 1 }, { a: 1 }],
  ])('%j is not a list', (template, came) => {
    expect(itemsOf(template, scope)).toEqual({ notAList: came });
  });

  test('a list in a plan may hold expressions, and lists', () => {
    expect(itemsOf([[1, 2]], scope)).toEqual([[1, 2]]);
    expect(itemsOf(['{% $input.groups[1] %}', '{% $input.none %}'], scope)).toEqual([[3], null]);
    expect(itemsOf([], scope)).toEqual([]);
  });
});

test('an error names the expression', () => {
  expect(() => itemsOf('{% $sum("x") %}', {})).toThrow('{% $sum("x") %}: ');
});

test('a path over lists gives the concatenation of what its parts give', () => {
  const rows = fc.array(fc.record({ v: fc.oneof(fc.integer(), fc.array(fc.array(fc.integer()))) }));
  fc.assert(
    fc.property(rows, rows, (left, right) => {
      const items = (list: unknown[]) => itemsOf('{% $input.v %}', { input: list }) as unknown[];
      expect(items([...left, ...right])).toEqual([...items(left), ...items(right)]);
    }),
  );
});
