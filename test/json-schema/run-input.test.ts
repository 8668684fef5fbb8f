import { describe, expect, test } from 'vitest';
import type { JsonSchema } from '../../src/domain/json/schema.js';
import { compileRunInput } from '../../src/json-schema/run-input.js';

const inputOf = (schema: JsonSchema, value?: unknown) => compileRunInput(schema)(value);

const properties = {
  mode: { type: 'string', default: 'fast' },
  limits: { type: 'object', default: {}, properties: { calls: { type: 'integer', default: 10 } } },
  rows: { type: 'array', items: { type: 'object', properties: { weight: { default: 1 } } } },
};

describe('compileRunInput: defaults', () => {
  test.each<[unknown, unknown]>([
    [undefined, { mode: 'fast', limits: { calls: 10 } }],
    [null, { mode: 'fast', limits: { calls: 10 } }],
    [
      { mode: 'slow', rows: [{}, { weight: 3 }] },
      { mode: 'slow', limits: { calls: 10 }, rows: [{ weight: 1 }, { weight: 3 }] },
    ],
    [{ limits: { calls: 0 } }, { mode: 'fast', limits: { calls: 0 } }],
  ])('the defaults of absent properties are added: %j', (value, filled) => {
    expect(inputOf({ type: 'object', properties }, value)).toEqual({ ok: true, value: filled });
  });

  test('a required property may have a default, and a default must fit', () => {
    expect(inputOf({ required: ['mode'], properties })).toMatchObject({ ok: true, value: { mode: 'fast' } });
    const { ok } = inputOf({ properties: { n: { type: 'integer', default: 'x' } } });
    expect(ok).toBe(false);
  });

  test('the default of the whole schema is the input if none is given', () => {
    const schema = { default: { list: [1] }, properties: { list: { type: 'array' }, n: { default: 2 } } };
    expect(inputOf(schema)).toEqual({ ok: true, value: { list: [1], n: 2 } });
    expect(inputOf(schema, { list: [] })).toEqual({ ok: true, value: { list: [], n: 2 } });
  });

  test('defaults behind a $ref and of draft 07 are added', () => {
    const schema = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      definitions: { at: { type: 'object', properties: { host: { default: 'localhost' } } } },
      properties: { at: { $ref: '#/definitions/at' } },
    };
    expect(inputOf(schema, { at: {} })).toEqual({ ok: true, value: { at: { host: 'localhost' } } });
  });

  test('neither the given value nor the schema changes', () => {
    const schema = { properties: { a: { default: { b: [1] } } } };
    const given = { c: { d: 1 } };
    const first = inputOf(schema, given);
    expect(first).toMatchObject({ value: { a: { b: [1] }, c: { d: 1 } } });
    expect(given).toEqual({ c: { d: 1 } });
    (first as { value: { a: { b: number[] } } }).value.a.b.push(2);
    expect(schema.properties.a.default).toEqual({ b: [1] });
  });

  test('references to secrets stay', () => {
    const schema = { properties: { key: { type: 'string' }, mode: { default: 'fast' } } };
    const key = { $secret: 'KEY' };
    expect(inputOf(schema, { key })).toEqual({ ok: true, value: { key, mode: 'fast' } });
  });

  test('without defaults, the value is the given one', () => {
    const given = { a: 1 };
    expect(inputOf({ type: 'object' }, given)).toEqual({ ok: true, value: given });
    expect(inputOf(true)).toEqual({ ok: true, value: {} });
  });
});

test('compileRunInput reports what does not fit', () => {
  expect(inputOf({ required: ['a'], properties: { b: { default: 1 } } }, {})).toEqual({
    ok: false,
    problems: ['input.a: expected a value, got nothing'],
  });
});
