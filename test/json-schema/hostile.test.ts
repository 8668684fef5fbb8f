// Schemas that models make: each is refused with a reason, or checked in bounded time.
import { describe, expect, test } from 'vitest';
import { checkPlan } from '../../src/client/check-plan.js';
import { checkJsonSchema, compileSchema } from '../../src/json-schema.js';

const problemsOf = (schema: object, value: unknown): readonly string[] => {
  const checked = compileSchema(schema as never, 'input')(value);
  return checked.ok ? [] : checked.problems;
};
const many = <T>(length: number, make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i));
const named = <T>(length: number, make: (i: number) => T): Record<string, T> =>
  Object.fromEntries(many(length, (i) => [`p${i}`, make(i)]));

describe('checkJsonSchema: limits', () => {
  const nested = many(200, () => 0).reduce<object>((inner) => ({ properties: { a: inner } }), {});
  test.each<[string, object, string]>([
    ['with too many properties', { properties: named(30_000, () => ({ type: 'string' })) }, 'at most 2000 schemas'],
    ['if it is nested too deeply', nested, 'at most 100 levels'],
    ['with too many alternatives', { oneOf: many(301, () => ({})) }, 'at most 300 schemas in one list, got 301'],
    ['with too many values', { enum: many(60_000, (i) => i) }, 'at most 50000 values'],
    ['with too many references', { allOf: many(250, (i) => ({ $ref: `#/$defs/d${i}` })) }, '200 different references'],
    ['if it refers into data', { default: { $ref: '#/default' }, $ref: '#/default' }, 'a reference to a schema'],
    ['with lookahead in a pattern', { pattern: '^a(?!b)' }, 'lookahead and lookbehind are not supported'],
    ['with a backreference', { patternProperties: { '(a)\\1': {} } }, 'backreferences are not supported'],
    [
      'with patterns that are too large',
      { allOf: many(100, (i) => ({ pattern: `x{4000}${i}` })) },
      'too large in total',
    ],
  ])('a JSON Schema is rejected %s', (_, schema, reason) => {
    expect(checkJsonSchema(schema)).toEqual([expect.stringContaining(reason)]);
  });

  test('a wrong JSON Schema in a plan or a sub-plan is reported with code and path', () => {
    const inner = { name: 'inner', input: { pattern: '(a)\\1' }, tasks: { a: { agent: 'echo' } } };
    const { problems } = checkPlan({ name: 'p', input: { type: 5 }, tasks: { sub: { plan: inner } } }, {});
    expect(problems.map(({ code, path }) => [code, path])).toEqual([
      ['plan.bad-schema', 'input'],
      ['plan.bad-schema', 'tasks.sub.plan.input'],
    ]);
  });
});

describe('compileSchema: bounded time', () => {
  test('a pattern that makes other engines backtrack is checked in bounded time', () => {
    expect(problemsOf({ pattern: '^(a+)+$' }, `${'a'.repeat(50_000)}b`)).toHaveLength(1);
    expect(problemsOf({ patternProperties: { '^(a+)+$': false } }, { [`${'a'.repeat(50_000)}b`]: 1 })).toEqual([]);
  });

  test('unique items are compared by value in bounded time', () => {
    const items = many(40_000, (i) => ({ id: i, name: `n${i}` }));
    expect(problemsOf({ uniqueItems: true }, items)).toEqual([]);
    expect(problemsOf({ uniqueItems: true }, [...items, { name: 'n7', id: 7 }])).toEqual([
      expect.stringContaining('NOT have duplicate items (items ## 7 and 40000 are identical)'),
    ]);
  });

  const doubling = {
    $ref: '#/components/p0',
    components: { ...named(40, (i) => ({ allOf: many(2, () => ({ $ref: `#/components/p${i + 1}` })) })), p40: {} },
  };
  test.each<[string, object, unknown]>([
    ['references that double', doubling, 1],
    [
      'alternatives for each of many items',
      { items: { oneOf: many(290, (i) => ({ required: [`p${i}`] })) } },
      many(20_000, () => ({})),
    ],
    ['a large enum for each of many items', { items: { enum: many(40_000, (i) => `v${i}`) } }, many(5_000, (i) => i)],
    ['a reference to itself', { $ref: '#' }, 1],
  ])('a check of %s ends with a problem', (_, schema, value) => {
    expect(problemsOf(schema, value)).toEqual([expect.stringContaining('input: could not be checked: ')]);
  });

  test('a check of many wrong items reports the first thousand', () => {
    expect(
      problemsOf(
        { items: { type: 'string' } },
        many(400_000, (i) => i),
      ),
    ).toHaveLength(1_000);
  });

  test('the format "url" is checked in bounded time', () => {
    expect(problemsOf({ format: 'url' }, `http://${'a:'.repeat(100_000)}`)).toHaveLength(1);
    expect(problemsOf({ format: 'url' }, 'https://example.com/a?b=c')).toEqual([]);
  });
});

describe('compileSchema: ordinary schemas', () => {
  test.each<[string, string[], string[]]>([
    ['^(?=.*[A-Z])(?=.*\\d)(?!.* ).{8,}$', ['Abcdefg1'], ['abcdefg1', 'Abc defg1', 'A1']],
    ['^(?!-)[a-z-]+$', ['a-b'], ['-a', 'A']],
    ['^(?![\\)\\]])a|b', [], []],
    ['^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}$', ['a@b.cd'], ['a@b']],
    ['^\\d{4}-\\d{2}-\\d{2}$', ['2030-01-31'], ['2030-1-31']],
    ['^\\p{L}+$', ['straße'], ['a1']],
  ])('the pattern %s is supported', (pattern, good, bad) => {
    if (good.length === 0) return expect(checkJsonSchema({ pattern })).toHaveLength(1);
    for (const text of good) expect([text, problemsOf({ pattern }, text)]).toEqual([text, []]);
    for (const text of bad) expect([text, problemsOf({ pattern }, text).length]).toEqual([text, 1]);
  });

  test('a schema of a thousand properties, and fifty thousand rows of data, are checked', () => {
    const row = { type: 'object', required: ['id'], properties: { id: { type: 'integer' }, name: { type: 'string' } } };
    expect(problemsOf({ properties: named(1_000, () => ({ type: 'string' })) }, { p7: 'x' })).toEqual([]);
    expect(
      problemsOf(
        { items: row },
        many(50_000, (id) => ({ id, name: 'x' })),
      ),
    ).toEqual([]);
  });

  test('a recursive schema checks a tree', () => {
    const tree = { type: 'object', properties: { children: { type: 'array', items: { $ref: '#' } } } };
    expect(problemsOf(tree, { children: [{ children: [] }, { children: [{}] }] })).toEqual([]);
    expect(problemsOf(tree, { children: [{ children: [5] }] })).toHaveLength(1);
  });
});
