import { parseSync } from 'oxc-parser';
import { describe, expect, test } from 'vitest';
import { functionsOf } from '../../../examples/code-review/metrics/functions.js';
import { linesOf } from '../../../examples/code-review/metrics/lines.js';
import { markersInComment, markersInLines } from '../../../examples/code-review/metrics/markers.js';

const measured = (source: string) =>
  functionsOf(parseSync('a.ts', source).program).map(({ name, complexity }) => `${name} ${complexity}`);

describe('functionsOf', () => {
  test.each([
    ['a straight function has complexity 1', 'function f() { return 1 }', ['f 1']],
    ['each branch counts', 'function f(a) { if (a) return 1; return a ?? (a ? 1 : 2) }', ['f 4']],
    ['loops and catch count', 'function f(a) { for (const b of a) { try { b() } catch { } } while (a) {} }', ['f 4']],
    ['a case counts, a default does not', 'function f(a) { switch (a) { case 1: case 2: break; default: } }', ['f 3']],
    ['an inner function counts for itself', 'const f = () => { const g = (a) => a && 1; return g }', ['g 2', 'f 1']],
    ['a method has the name of its key', 'class A { m() {} #p() {} }', ['m 1', 'p 1']],
    ['a callback has the name of what it is given to', 'list.map((a) => a)', ['given to map 1']],
  ])('%s', (_claim, source, expected) => expect(measured(source)).toEqual(expected));
});

describe('linesOf', () => {
  test.each([
    ['', 0, 0],
    ['a', 1, 0],
    ['a\n', 1, 0],
    ['a\n\n  \nb\n', 4, 2],
  ])('%j has %i lines, %i of them blank', (text, total, blank) => {
    expect(linesOf(text)).toMatchObject({ total, blank });
  });

  test('an offset is on the line that it stands in', () => {
    const lines = linesOf('ab\n\ncd');
    expect([0, 2, 3, 4, 5].map((offset) => lines.at(offset))).toEqual([1, 1, 2, 3, 3]);
  });
});

describe('markers', () => {
  test('stand at the start of a comment, or before a colon or a bracket', () => {
    expect(markersInLines('x = 1 # TODO more\ny # see FIXME: soon\nz = "XXX"\n# the word TODO here\n')).toEqual([
      { line: 1, text: 'TODO more' },
      { line: 2, text: 'FIXME: soon' },
    ]);
  });

  test('of a comment of several lines have their own line', () => {
    expect(markersInComment('*\n * HACK(ada) for now\n ', 7)).toEqual([{ line: 8, text: 'HACK(ada) for now' }]);
  });
});
