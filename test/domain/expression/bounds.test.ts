// The cost of expressions: a hostile expression ends with an ExpressionError or a value, and ordinary work stays far below the bounds.
// Cost is counted, not timed.
import { describe, expect, it } from 'vitest';
import { allowance, compileExpression, ExpressionError } from '../../../src/domain/expression/expression.js';
import { compileTemplate } from '../../../src/domain/expression/template.js';

const rows = Array.from({ length: 50_000 }, (_, i) => ({
  id: i,
  group: `g${i % 100}`,
  name: `name ${(i * 7919) % 50_000}`,
  price: i % 97,
  amount: i % 13,
}));
const left = Array.from({ length: 10_000 }, (_, i) => ({ id: `i${i}`, n: i }));
const right = Array.from({ length: 10_000 }, (_, i) => ({ id: `i${(i * 7919) % 10_000}`, m: i }));
const scope = {
  rows,
  left,
  right,
  names: rows.map(({ name }) => name),
  numbers: Array.from({ length: 150_000 }, (_, i) => (i * 7919) % 1_000_003),
  list: left.map(({ id }) => id),
  text: 'x'.repeat(2_000_000),
  as: `${'a'.repeat(32)}!`,
};

const MAX = allowance().left;

describe('ordinary work', () => {
  it.each([
    ['filter', '$count($rows[price > 50])', 23_690],
    ['filter by a function', '$count($filter($rows, function($r) { $r.price > 50 }))', 23_690],
    ['map', '$count($rows.{ "id": id, "total": price * amount })', 50_000],
    [
      'map by a function',
      '$count($map($rows, function($r) { { "id": $r.id, "total": $r.price * $r.amount } }))',
      50_000,
    ],
    ['group', '$count($keys($rows{group: $sum(price)}))', 100],
    ['group into one', '$count($rows{"all": $}.all)', 50_000],
    ['order by a key', '$count($rows^(name))', 50_000],
    ['order by two keys', '$count($rows^(>price, name))', 50_000],
    ['sort by a function', '$count($sort($rows, function($a, $b) { $a.name > $b.name }))', 50_000],
    ['sort', '$sort($numbers)[0]', 0],
    ['distinct', '$count($distinct($names))', 50_000],
    ['look up by an object', '($by := $right{id: $}; $count($left.{ "id": id, "m": $lookup($by, id).m }))', 10_000],
    ['look up by a predicate', '$count($left.($l := $; { "id": id, "m": $right[id = $l.id].m }))', 10_000],
    ['keep what another list has', '($ids := $right.id; $count($left[id in $ids]))', 10_000],
    ['zip two maps', '$count($zip($map($left, function($l) { $l.n }), $map($right, function($r) { $r.m })))', 10_000],
    ['sum', '$sum($rows.(price * amount))', 14_391_940],
    ['reduce', '$reduce($rows.price, function($a, $b) { $a + $b })', 2_398_830],
    ['join text', '$length($join($rows.(group & "," & name & "\n")))', 733_890],
    ['split by a regular expression', '$count($split($join($names, ","), /,\\s*/))', 50_000],
    ['the greatest', '$max($numbers)', 1_000_000],
    ['write as JSON', '$length($string($rows)) > 3000000', true],
  ])('ordinary work costs at most half of the allowance: %s', (_what, source, value) => {
    const from = allowance();
    expect(compileExpression(source).evaluate(scope, from)).toBe(value);
    expect(from.left).toBeGreaterThan(MAX / 2);
  });

  it('an element of another list is read by index without a cost for the list', () => {
    const from = allowance();
    const template = compileTemplate({ n: '{% $left[$index].n %}', first: '{% $right[0].id %}' });
    for (let index = 0; index < 10_000; index++) {
      expect(template({ ...scope, index }, from)).toEqual({ n: index, first: 'i0' });
    }
    expect(from.left).toBe(MAX);
  });
});

const doubled = (piece: string): string => `($s := [1]; ${`$s := ${piece}; `.repeat(27)}$s)`;

describe('a hostile expression within the bounds', () => {
  it.each([
    ['a regular expression that would backtrack', '$contains($as, /^(a+)+$/)', false],
    ['one with an alternation', '$contains($as, /^(a|a|aa)*$/)', false],
    ['$match with one', '$count($match($as, /(a*)*b/))', 0],
    ['a picture of dates', `$toMillis("${'1'.repeat(60)}x", "${'[Y]'.repeat(30)}")`, undefined],
    [
      'a signature with many repetitions',
      `(function($a)<${'s+'.repeat(12)}:s>{ $a })(${Array(40).fill('"a"').join(',')})`,
      'a',
    ],
    ['the greatest of a long list', '$max([1..1000000])', 1_000_000],
    ['text split into characters', '$count($split($text, ""))', 2_000_000],
  ])('a hostile expression ends with its value: %s', (_what, source, value) => {
    expect(compileExpression(source).evaluate(scope)).toBe(value);
  });
});

describe('a hostile expression beyond the bounds', () => {
  it.each([
    ['a cross product', '$list.($list)'],
    ['a cross product that is counted', '$count($list.($list))'],
    ['a long range', '[1..10000000]'],
    ['ranges in ranges', '$count([1..100000].[1..100000])'],
    ['$pad', '$pad("x", 900000000)'],
    ['$pad, to the left', '$pad("x", -900000000, "ab")'],
    ['text doubled', '($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $f("x", 60))'],
    ['lists doubled', doubled('[$s, $s]')],
    ['objects nested', doubled('{"a": $s, "b": $s}')],
    ['objects nested, as text', `$length($string(${doubled('{"a": $s, "b": $s}')}))`],
    ['objects nested, compared', `(${doubled('{"a": $s, "b": $s}')} = ${doubled('{"a": $s, "b": $s}')})`],
    ['objects nested, distinct', `$distinct([${doubled('{"a": $s, "b": $s}')}, 1])`],
    ['endless recursion', '($f := function($x) { 1 + $f($x) }; $f(1))'],
    ['endless tail recursion', '($f := function($x) { $f($x + 1) }; $f(1))'],
    ['two functions that call each other', '($f := function($x) { $g($x) }; $g := function($x) { $f($x) }; $f(1))'],
    ['a join', '$left@$l.$right@$r[$l.n + $r.m < 0]'],
    ['a list compared with itself', '$left[n in $right.m]'],
    [
      '$sort with a function that does not compare keys',
      '$sort($rows, function($a, $b) { $count($names[$ > "a"]) > 0 })',
    ],
    ['$join', '$join([1..1000000].($string($)), $text)'],
    ['$replace of text', '$replace($text, "x", $text)'],
    ['$replace by a regular expression', '$replace($text, /x/, $text)'],
    ['$replace by a function', '$replace($text, /x/, function($m) { $text })'],
    ['a regular expression that looks ahead each time', '$count($match($text, /x(.*y)?/))'],
    ['a regular expression with a reference', '$contains($as, /(a+)\\1/)'],
    ['Roman numerals', '$formatInteger(1000000000000000, "I")'],
    ['a date of many digits', '$fromMillis(0, "[Y,1000000000]")'],
    ['text made over and over', '$count([1..100000].$uppercase($text & $string($)))'],
    ['text read over and over', '$count([1..1000000].$length($text))'],
    ['text cut over and over', '$count([1..1000000].$substring($text, 1000000, 1))'],
    ['long texts kept', '($s := $pad("x", 3000000); $count([1..1000].($s & $string($))))'],
    ['objects by the million', '[1..1900000].{"a": $}'],
    ['lists by the million', '$count([1..1900000].[$].[$])'],
    ['an object in itself', '{"a": {}} ~> | $ | {"self": $} |'],
    ['an object in itself, as text', '$string({"a": {}} ~> | $ | {"self": $} |)'],
    ['nested calls of $spread', '$count($spread($spread($rows)) ~> $map(function($r) { $spread($rows) }))'],
    ['$keys over and over', '($o := $names{$: 1}; $count($names.$keys($o)))'],
    ['$power by the million', '$count([1..1900000].$power(2, 10))'],
    ['base64', '$count([1..1000].$base64encode($text))'],
    ['$reduce that gathers text', '$reduce($names, function($a, $b) { $a & $b & $a })'],
  ])('a hostile expression ends with an ExpressionError: %s', (_what, source) => {
    const from = allowance();
    expect(() => compileExpression(source).evaluate(scope, from)).toThrow(ExpressionError);
  });

  it('all expressions of a template share one allowance', () => {
    const work = '{% $count($rows.{ "id": id }) %}';
    const template = compileTemplate(Array.from({ length: 50 }, () => work));
    expect(() => template(scope)).toThrow('it takes too long');
    expect(compileTemplate([work])(scope)).toEqual([50_000]);
  });

  it('the message of an expression that costs too much names the limit and a remedy', () => {
    const failing = (source: string) => () => compileExpression(source).evaluate(scope);
    expect(failing('$pad("x", 5000000)')).toThrow('expected text of at most 4000000 characters, got 5000000');
    expect(failing('$list.($list)')).toThrow('expected a list of at most 2000000 elements, got 2000001');
    expect(failing('($f := function() { $f() }; $f())')).toThrow(
      'it takes too long: stopped after about a second; do less in it, or do it in an agent',
    );
  });
});

describe('costs outside of the loops of the evaluator', () => {
  const TWICE = '$f := function($n, $v) { $n = 0 ? $v : $f($n - 1, { "a": $v, "b": $v }) }';
  const LONG = '$p := $pad("x", 1000000, "y")';
  it.each([
    ['an evaluation that evaluates itself', '($s := "$eval($s)"; $eval($s))'],
    ['an evaluation within each', '($f := function($n) { $eval("$f(" & ($n + 1) & ")") }; $f(0))'],
    ['a shared value in the words of an error', `(${TWICE}; { $f(60, 1): 1 })`],
    ['many parses', '$map([1..100000], function($i) { $eval("1+" & $i) })'],
    ['long keys', `(${LONG}; $map([1..400], function($i) { { $p & $i: 1 } }))`],
    ['a long text sought in another', `(${LONG}; $substringBefore($p & $p, $p & "z" & $p))`],
    ['pictures of times', '$map([1..100000], function($i) { $toMillis("2020-01-01", "[Y]-[M]-[D]") })'],
    ['a long picture of a time', '$toMillis($pad("1", 100000, "1"), $pad("[Y]", 3000, "[Y]"))'],
    ['a range where numbers have gaps', '[9007199254740990..9007199254740995]'],
    ['text split into characters, repeatedly', '$map([1..100], function($i) { { "a": $split($text, "") } })'],
    ['lists that grow, all kept', '$map([1..10000], function($i) { { "a": $append($numbers, $i) } })'],
  ])('a cost outside of loops ends with an ExpressionError: %s', (_, source) => {
    expect(() => compileExpression(source).evaluate(scope)).toThrow(ExpressionError);
  });

  it('a long value is cut in an error message', () => {
    let message = '';
    try {
      compileExpression('{ [$text]: 1 }').evaluate(scope);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('Key in object structure must evaluate to a string');
    expect(message.length).toBeLessThan(400);
  });

  it('formatting 5,000 times with a picture is within the allowance', () => {
    const source = '$count($map([1..5000], function($i) { $toMillis("2020-01-01", "[Y]-[M]-[D]") }))';
    expect(compileExpression(source).evaluate(scope)).toBe(5_000);
  });
});
