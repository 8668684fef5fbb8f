import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../../src/domain/json/canonical.js';

test('canonicalJson: the order of keys does not matter, at any depth', () => {
  const one = { b: [{ y: 1, x: { n: null, m: 'é' } }], a: 2, 10: 'ten', 9: 'nine' };
  const other = { 9: 'nine', 10: 'ten', a: 2, b: [{ x: { m: 'é', n: null }, y: 1 }] };
  expect(canonicalJson(one)).toBe(canonicalJson(other));
  expect(canonicalJson(one)).toBe('{"9":"nine","10":"ten","a":2,"b":[{"x":{"m":"é","n":null},"y":1}]}');
});

test('canonicalJson: the order of items matters', () => {
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
});

test('canonicalJson: equal numbers give the same text, which differs from that of a string', () => {
  expect(canonicalJson([1, -0, 1e21, 0.1 + 0.2])).toBe('[1,0,1e+21,0.30000000000000004]');
  expect(canonicalJson({ n: 1 })).not.toBe(canonicalJson({ n: '1' }));
});

test('canonicalJson: strings are not normalized', () => {
  expect(canonicalJson('é')).not.toBe(canonicalJson('e\u0301'));
  expect(canonicalJson({ ü: 1, z: 2 })).toBe('{"z":2,"ü":1}');
});

test('canonicalJson: undefined is left out of an object, and is null at the top', () => {
  expect(canonicalJson({ a: undefined, b: null })).toBe('{"b":null}');
  expect(canonicalJson(undefined)).toBe('null');
});

test('canonicalJson: names of built-in properties are plain keys', () => {
  const value: unknown = JSON.parse('{"constructor":1,"__proto__":{"b":1,"a":2}}');
  expect(canonicalJson(value)).toBe('{"__proto__":{"a":2,"b":1},"constructor":1}');
});

test('canonicalJson: parsing the text gives the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
