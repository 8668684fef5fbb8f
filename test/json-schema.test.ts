import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkJsonSchema, compileSchema } from '../src/json-schema.js';

const problems = (schema: Parameters<typeof compileSchema>[0], value: unknown) => {
  const checked = compileSchema(schema, 'input')(value);
  return checked.ok ? [] : checked.problems;
};

describe('compileSchema: JSON Schema', () => {
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

  test('a value that fits a JSON Schema is returned unchanged', () => {
    const value = { path: 'src' };
    expect(compileSchema(schema)(value)).toEqual({ ok: true, value });
  });

  test('a JSON Schema reports every problem with path, expectation and value', () => {
    expect(problems(schema, { path: 'x', level: 'mid', tags: ['a', 5], link: 'no', more: 1 }).toSorted()).toEqual([
      'input.level: expected one of ["low","high"], got "mid"',
      'input.link: expected to match format "uri", got "no"',
      'input.path: expected to NOT have fewer than 2 characters, got "x"',
      'input.tags[1]: expected to be string, got 5',
      'input: unknown key "more"',
    ]);
  });

  test('a JSON Schema reports the path of a missing value', () => {
    expect(problems(schema, {})).toEqual(['input.path: expected a value, got nothing']);
  });

  test('an absent value is checked as null', () => {
    expect(problems({ type: 'object' }, undefined)).toEqual(['input: expected to be object, got null']);
    expect(compileSchema({ type: 'null' })(undefined)).toEqual({ ok: true, value: null });
  });

  test('a JSON Schema of draft-07 has the `items` of that draft', () => {
    const tuple = { items: [{ type: 'string' }, { type: 'number' }] };
    expect(problems({ $schema: 'http://json-schema.org/draft-07/schema#', ...tuple }, ['a', 'b'])).toHaveLength(1);
    expect(checkJsonSchema(tuple)).toHaveLength(1);
  });

  test('a JSON Schema of draft 2020-12 has `prefixItems`', () => {
    expect(problems({ prefixItems: [{ type: 'string' }] }, [1])).toEqual(['input[0]: expected to be string, got 1']);
  });

  test('two JSON Schemas may have the same $id', () => {
    const named = { $id: 'https://example.org/a', type: 'string' };
    expect(problems(named, 'a')).toEqual([]);
    expect(problems({ ...named, type: 'number' }, 1)).toEqual([]);
  });

  test('a JSON Schema may be a boolean', () => {
    expect(problems(true, 1)).toEqual([]);
    expect(problems(false, 1)).toHaveLength(1);
  });

  test('unknown keywords and formats of a JSON Schema are ignored', () => {
    expect(problems({ 'x-note': 1, example: 'a', type: 'string', format: 'colour' }, 'a')).toEqual([]);
  });

  test('a wrong JSON Schema is rejected in one line', () => {
    expect(() => compileSchema({ type: 'strng' })).toThrow(/^not a usable JSON Schema: .*must be equal to one of/);
    expect(checkJsonSchema({ $ref: '#/nowhere' })[0]).toMatch(/nowhere/);
    expect(checkJsonSchema({ $async: true })[0]).toMatch(/\$async/);
    expect(checkJsonSchema([])).toEqual(['expected a JSON Schema (an object or a boolean), got []']);
    expect(checkJsonSchema({ type: 'object' })).toEqual([]);
  });

  test('a JSON Schema checks keys named after properties of Object.prototype like others', () => {
    const properties = Object.fromEntries([['constructor', { type: 'string' }]]);
    expect(problems({ type: 'object', properties }, { constructor: 1 })).toEqual([
      'input.constructor: expected to be string, got 1',
    ]);
    expect(problems({ type: 'object', required: ['__proto__'] }, {})).toHaveLength(1);
  });

  test('data that looks like zod is a JSON Schema', () => {
    expect(problems({ _zod: {}, safeParse: 'no', type: 'string' }, 'a')).toEqual([]);
  });
});

describe('compileSchema: zod', () => {
  test('a zod schema returns the parsed value', () => {
    expect(compileSchema(z.object({ n: z.coerce.number().default(3) }))({})).toEqual({ ok: true, value: { n: 3 } });
  });

  test('a zod schema reports problems in the words of a JSON Schema', () => {
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

  test('a zod schema that is asynchronous or throws is a problem, not a crash', () => {
    expect(
      problems(
        z.string().refine(async () => true),
        'a',
      )[0],
    ).toMatch(/^input: could not be checked: /);
  });

  test('a problem shows a value that has no JSON', () => {
    expect(problems(z.string(), 5n)).toEqual(['input: expected string, got 5n']);
  });
});
