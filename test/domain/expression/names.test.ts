import fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { ExpressionError } from '../../../src/domain/expression/expression.js';
import { namesInAll } from '../../../src/domain/expression/batch.js';
import { FUNCTIONS, namesIn } from '../../../src/domain/expression/names.js';

const mentioned = (source: string) =>
  namesIn(source).tasks.map(({ task, field }) => (field ? `${task}.${field}` : task));

describe('the tasks that an expression mentions', () => {
  it.each<[string, string[]]>([
    ['$tasks.a.output', ['a.output']],
    ['$tasks.a', ['a']],
    ['$tasks.constructor.output.x', ['constructor.output']],
    ['$count($tasks.a.output) > $tasks.b.output.n', ['a.output', 'b.output']],
    ['{"x": $tasks.b.output, "y": [$tasks.a.status]}', ['b.output', 'a.status']],
    ['$tasks.a.output[x = $tasks.b.output].y', ['a.output', 'b.output']],
    ['$tasks."a".output & $tasks.`b`.output', ['a.output', 'b.output']],
    ['$map($tasks.a.output, function($v, $i) { $v & $tasks.b.output[$i] })', ['a.output', 'b.output']],
    ['$tasks.a.output@$x#$i.($x & $i & $tasks.b.output)', ['a.output', 'b.output']],
    ['$tasks.a.output[0]#$i.{ "i": $i, "n": $tasks.b.output }', ['a.output', 'b.output']],
    ['$tasks.a@$t.($t.output)', ['a']],
    ['$tasks.a.output{type: $sum(n)}', ['a.output']],
    ['$tasks.a.output^(>$tasks.b.output, n)', ['a.output', 'b.output']],
    ['$tasks.a.output ~> |x|{"y": $tasks.b.output}|', ['a.output', 'b.output']],
    ['$tasks.a.output ? $tasks.b.output : $tasks.c.output', ['a.output', 'b.output', 'c.output']],
    ['($t := $tasks.a.output; $t.x ~> $sum)', ['a.output']],
  ])('the tasks mentioned in %s are %j', (source, tasks) => {
    expect(mentioned(source)).toEqual(tasks);
    expect(namesIn(source)).toMatchObject({ dynamicTasks: false, variables: [] });
    expect(namesIn(source)).not.toHaveProperty('bareRoot');
  });

  it.each([
    '$tasks',
    '$lookup($tasks, "a")',
    '$tasks[x]',
    '$tasks.*',
    '$tasks.(a.output)',
    '$keys($tasks)',
    '$tasks{"a": 1}',
    '$tasks.$x',
  ])('the tasks mentioned in %s are unknown', (source) => {
    expect(namesIn(source).dynamicTasks).toBe(true);
  });
});

describe('the other names of an expression', () => {
  it('variables are names that are not bound and not functions', () => {
    expect(namesIn('($x := $input.a; $map($item, function($v){ $v + $x + $y }))').variables).toEqual([
      'input',
      'item',
      'y',
    ]);
    expect(namesIn('$inptu.a').variables).toEqual(['inptu']);
  });

  it('fields of $run are found', () => {
    expect(namesIn('$run.id').runFields).toEqual(['id']);
    expect(namesIn('$run.id & $run.startdAt').runFields).toEqual(['id', 'startdAt']);
  });

  it.each([
    ['$random()', 'random'],
    ['$input.x ~> $shuffle', 'shuffle'],
    ['$eval("1")', 'eval'],
    ['($f := $random; $f())', 'random'],
    ['(function($random){ 1 })(2) + $random()', 'random'],
    ['($eval := 1; $eval)', 'eval'],
    ['$random', 'random'],
  ])('%s contains the refused function $%s', (source, name) => {
    expect(namesIn(source).refused).toEqual([name]);
  });

  it('readsClock is true if the clock is read', () => {
    expect(namesIn('$now()').readsClock).toBe(true);
    expect(namesIn('$map($input.x, function($v){ $millis() - $v })').readsClock).toBe(true);
    expect(namesIn('$toMillis($run.startedAt)').readsClock).toBe(false);
  });

  it.each([
    ['input.x', 'input'],
    ['"a" & input.x', 'input'],
    ['$count(findings) > 0', 'findings'],
    ['{"x": scan}', 'scan'],
    ['$map($input.x, function($v){ v })', 'v'],
    ['$.input', '$'],
    ['$$.input', '$$'],
  ])('%s contains a bare name: %s', (source, name) => {
    expect(namesIn(source).bareRoot).toBe(name);
  });

  it.each([
    '$input.x',
    '$input.x[y = 1]',
    '$input.x.(y + $.z)',
    '$input.x{y: z}',
    '$input.x^(y)',
    '$input.x ~> |y|{"z": w}|',
    '$input.x.{ "a": b }',
    '$map($input.x, $string)',
  ])('%s contains no bare name', (source) => {
    expect(namesIn(source)).not.toHaveProperty('bareRoot');
  });

  it('namesIn throws for malformed text, and reads deeply nested text', () => {
    expect(() => namesIn('1 +')).toThrow(ExpressionError);
    expect(() => namesIn('('.repeat(100_000))).toThrow(ExpressionError);
    const deep = `${'['.repeat(350)}$tasks.a.output${']'.repeat(350)}`;
    expect(mentioned(deep)).toEqual(['a.output']);
  });

  it('FUNCTIONS contains only functions that JSONata has', async () => {
    for (const name of FUNCTIONS) expect(await jsonata(`$type($${name})`).evaluate({})).toBe('function');
  });
});

describe('namesInAll', () => {
  const pieces = fc.constantFrom(
    '$tasks.a.output',
    '$input.x',
    '1',
    '"',
    "'",
    '`',
    '/*',
    '*/',
    '/',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    ';',
    '"0":',
    '"1":',
    '\\',
    '%',
    '&',
    ' ',
    '\n',
    '$f',
    ':=',
    'function($x){$x}',
    '..',
    '?',
    '~>',
    '^(x)',
    '#$i',
    '@$v',
    '.',
    'true',
  );
  const alone = (source: string) => {
    try {
      return namesIn(source);
    } catch (error) {
      return error;
    }
  };

  it('namesInAll finds the same names in an expression as namesIn does alone', () => {
    const source = fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(source, { maxLength: 8 }), (sources) => {
        const together = namesInAll(sources);
        for (const one of sources) expect(together.get(one)).toEqual(alone(one));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    [['1, "1": 2', '3']],
    [['"a', 'b"']],
    [['1 /*', '*/ 2']],
    [['1}', '{2']],
    [['1 ? 2', '3 : 4']],
    [['/a', 'b/']],
    [['$x', '%', '$y.%']],
    [['', '1']],
    [['1;', '?', '1..2']],
  ])('namesInAll parses each alone if their texts combine: %j', (sources) => {
    const together = namesInAll(sources);
    for (const one of sources) expect(together.get(one)).toEqual(alone(one));
  });

  it('namesInAll reads more expressions than a batch holds', () => {
    const sources = Array.from({ length: 1234 }, (_, i) => `$count($tasks.t${i}.output) > ${i}`);
    const together = namesInAll(sources);
    expect(
      sources.every((source, i) => {
        const names = together.get(source);
        return names !== undefined && !(names instanceof Error) && names.tasks[0]?.task === `t${i}`;
      }),
    ).toBe(true);
  });
});
