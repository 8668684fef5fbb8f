// Values that cannot be sent as JSON.
import { describe, expect, test } from 'vitest';
import { jsonFault } from '../../../src/domain/json/json-fault.js';

const bounds = { levels: 20, values: 1_000, converts: true };
const circle: Record<string, unknown> = {};
circle['within'] = [circle];
const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);

describe('jsonFault', () => {
  test.each([
    ['a function', { a: { b: [() => 1] } }, ['a', 'b', 0], 'expected a JSON value, got a function'],
    ['undefined', undefined, [], 'expected a JSON value, got nothing'],
    ['undefined in a list', [1, undefined], [1], 'expected a JSON value, got nothing'],
    ['a BigInt', { n: 10n }, ['n'], 'expected a JSON value, got a bigint: 10n'],
    ['a symbol', [Symbol('x')], [0], 'expected a JSON value, got a symbol'],
    ['NaN', { n: NaN }, ['n'], 'expected a JSON value, got NaN'],
    ['infinity', [Infinity], [0], 'expected a JSON value, got Infinity'],
    ['a Map', { m: new Map([[1, 2]]) }, ['m'], 'expected a JSON value, got an object of class Map'],
  ])('jsonFault: %s is refused with its place', (_, value, path, message) => {
    expect(jsonFault(value, bounds)).toEqual({ kind: 'not-json', path, message });
  });

  test('jsonFault: a value that contains itself, one that is nested too deeply, and too many values are told apart', () => {
    expect(jsonFault(circle, bounds)?.kind).toBe('circular');
    expect(jsonFault(nested(20), bounds)).toBeUndefined();
    expect(jsonFault(nested(21), bounds)).toMatchObject({
      kind: 'too-nested',
      message: 'expected at most 20 levels of nesting, got more',
    });
    expect(jsonFault(nested(5_000), bounds)?.kind).toBe('too-nested');
    expect(jsonFault(Array(1_000).fill(0), bounds)?.kind).toBe('too-many');
  });

  test('jsonFault: JSON is accepted, with keys of prototypes, half characters, and keys without a value', () => {
    const value = {
      ...(JSON.parse('{"__proto__":1,"constructor":{"x":null}}') as object),
      half: '\ud83d',
      no: undefined,
    };
    expect(jsonFault(value, bounds)).toBeUndefined();
    expect(jsonFault(Object.create(null), bounds)).toBeUndefined();
  });

  test('jsonFault: a date counts as its text only if objects are converted', () => {
    expect(jsonFault({ at: new Date(0) }, bounds)).toBeUndefined();
    expect(jsonFault({ at: new Date(0) }, { ...bounds, converts: false })?.message).toContain(
      'an object of class Date',
    );
    expect(jsonFault({ toJSON: () => ({ bad: 1n }) }, bounds)?.path).toEqual(['bad']);
  });
});
