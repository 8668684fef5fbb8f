import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../src/domain/canonical-json.js';

test('the order of keys says nothing, at any depth', () => {
  const one = { b: [{ y: 1, x: { n: null, m: 'é' } }], a: 2, 10: 'ten', 9: 'nine' };
  const other = { 9: 'nine', 10: 'ten', a: 2, b: [{ x: { m: 'é', n: null }, y: 1 }] };
  expect(canonicalJson(one)).toBe(canonicalJson(other));
  expect(canonicalJson(one)).toBe('{"9":"nine","10":"ten","a":2,"b":[{"x":{"m":"é","n":null},"y":1}]}');
});

test('the order of items does', () => {
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
});

test('numbers are the same however they were written, and no text', () => {
  expect(canonicalJson([1, -0, 1e21, 0.1 + 0.2])).toBe('[1,0,1e+21,0.30000000000000004]');
  expect(canonicalJson({ n: 1 })).not.toBe(canonicalJson({ n: '1' }));
});

test('text is the same only character by character', () => {
  expect(canonicalJson('é')).not.toBe(canonicalJson('e\u0301'));
  expect(canonicalJson({ ü: 1, z: 2 })).toBe('{"z":2,"ü":1}');
});

test('what is absent is left out, and nothing is null', () => {
  expect(canonicalJson({ a: undefined, b: null })).toBe('{"b":null}');
  expect(canonicalJson(undefined)).toBe('null');
});

test('keys that objects have by nature are keys like others', () => {
  const value: unknown = JSON.parse('{"constructor":1,"__proto__":{"b":1,"a":2}}');
  expect(canonicalJson(value)).toBe('{"__proto__":{"a":2,"b":1},"constructor":1}');
});

test('any JSON is read back as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
