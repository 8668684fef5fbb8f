import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkJsonSchema, compileSchema } from '../src/json-schema.js';

const problems = (schema: Parameters<typeof compileSchema>[0], value: unknown) => {
  const checked = compileSchema(schema, 'input')(value);
  return checked.ok ? [] : checked.problems;
};

describe('a JSON Schema', () => {
  const schema = {
    type: 'object',
    required: ['path'],
    additionalProperties: false,
    properties: {
      path: { type: 'string', minLength: 2 },
      level: { enum: ['low', 'high'] },
      tags: { type: 'array', items: { type: 'string' } },
      link: { type: 'string', format: 'uri' },
    },
  };

  test('lets a value through as it is', () => {
    const value = { path: 'src' };
    expect(compileSchema(schema)(value)).toEqual({ ok: true, value });
  });

  test('reports every problem with path, expectation and what came', () => {
    expect(problems(schema, { path: 'x', level: 'mid', tags: ['a', 5], link: 'no', more: 1 }).toSorted()).toEqual([
      'input.level: expected one of ["low","high"], got "mid"',
      'input.link: expected to match format "uri", got "no"',
      'input.path: expected to NOT have fewer than 2 characters, got "x"',
      'input.tags[1]: expected to be string, got 5',
      'input: unknown key "more"',
    ]);
  });

  test('names what is missing', () => {
    expect(problems(schema, {})).toEqual(['input.path: expected a value, got nothing']);
  });

  test('sees a value that is absent as null', () => {
    expect(problems({ type: 'object' }, undefined)).toEqual(['input: expected to be object, got null']);
    expect(compileSchema({ type: 'null' })(undefined)).toEqual({ ok: true, value: null });
  });

  test('of draft-07 keeps its meaning of items', () => {
    const tuple = { items: [{ type: 'string' }, { type: 'number' }] };
    expect(problems({ $schema: 'http://json-schema.org/draft-07/schema#', ...tuple }, ['a', 'b'])).toHaveLength(1);
    expect(checkJsonSchema(tuple)).toHaveLength(1);
  });

  test('of draft 2020-12 knows prefixItems', () => {
    expect(problems({ prefixItems: [{ type: 'string' }] }, [1])).toEqual(['input[0]: expected to be string, got 1']);
  });

  test('may be used twice with the same $id', () => {
    const named = { $id: 'https://example.org/a', type: 'string' };
    expect(problems(named, 'a')).toEqual([]);
    expect(problems({ ...named, type: 'number' }, 1)).toEqual([]);
  });

  test('may be a boolean', () => {
    expect(problems(true, 1)).toEqual([]);
    expect(problems(false, 1)).toHaveLength(1);
  });

  test('with unknown keywords or formats is used without them', () => {
    expect(problems({ 'x-note': 1, example: 'a', type: 'string', format: 'colour' }, 'a')).toEqual([]);
  });

  test('that is broken is refused in one line', () => {
    expect(() => compileSchema({ type: 'strng' })).toThrow(/^not a usable JSON Schema: .*must be equal to one of/);
    expect(checkJsonSchema({ $ref: '#/nowhere' })[0]).toMatch(/nowhere/);
    expect(checkJsonSchema({ $async: true })[0]).toMatch(/\$async/);
    expect(checkJsonSchema([])).toEqual(['expected a JSON Schema (an object or a boolean), got []']);
    expect(checkJsonSchema({ type: 'object' })).toEqual([]);
  });

  test('with keys named after prototypes checks them like others', () => {
    const properties = Object.fromEntries([['constructor', { type: 'string' }]]);
    expect(problems({ type: 'object', properties }, { constructor: 1 })).toEqual([
      'input.constructor: expected to be string, got 1',
    ]);
    expect(problems({ type: 'object', required: ['__proto__'] }, {})).toHaveLength(1);
  });

  test('that looks like zod is still data', () => {
    expect(problems({ _zod: {}, safeParse: 'no', type: 'string' }, 'a')).toEqual([]);
  });
});

describe('a zod schema', () => {
  test('returns what it parsed', () => {
    expect(compileSchema(z.object({ n: z.coerce.number().default(3) }))({})).toEqual({ ok: true, value: { n: 3 } });
  });

  test('reports in the same words', () => {
    const schema = z.strictObject({
      path: z.string().min(1),
      level: z.enum(['low', 'high']),
      at: z.union([z.string(), z.number()]),
    });
    expect(problems(schema, { path: '', level: 'mid', at: true, more: 1 })).toEqual([
      'input.path: expected string to have >=1 characters, got ""',
      'input.level: expected one of "low"|"high", got "mid"',
      'input.at: expected string or number, got true',
      'input: unknown key "more"',
    ]);
    expect(problems(z.object({ a: z.string() }), {})).toEqual(['input.a: expected string, got nothing']);
  });

  test('that cannot be checked at once is a problem, not a crash', () => {
    expect(
      problems(
        z.string().refine(async () => true),
        'a',
      )[0],
    ).toMatch(/^input: could not be checked: /);
  });

  test('shows a value that has no JSON', () => {
    expect(problems(z.string(), 5n)).toEqual(['input: expected string, got 5n']);
  });
});
