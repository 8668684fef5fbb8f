import { expect, test } from 'vitest';
import { differences } from '../../../src/domain/json/differences.js';

const between = (before: unknown, after: unknown, most = 3) => differences(before, after, most);

test.each([
  [
    { a: 1, b: [1, { c: null }] },
    { b: [1, { c: null }], a: 1 },
  ],
  [[], []],
  [null, null],
  [{ a: undefined }, {}],
  ['x', 'x'],
])('no difference: %j and %j', (before, after) => {
  expect(between(before, after)).toEqual([]);
});

test.each([
  ['a value', { to: 'a' }, { to: 'b' }, { path: 'to', before: 'a', after: 'b' }],
  ['a key that is missing', { a: 1, b: 2 }, { a: 1 }, { path: 'b', before: 2, after: undefined }],
  ['a key that is new', {}, { 'a b': { c: 1 } }, { path: '["a b"]', before: undefined, after: { c: 1 } }],
  ['an element', { list: [1, 2] }, { list: [1, 3] }, { path: 'list[1]', before: 2, after: 3 }],
  ['a longer list', [[1]], [[1], [2]], { path: '[1]', before: undefined, after: [2] }],
  ['a shorter list', [1, 2], [1], { path: '[1]', before: 2, after: undefined }],
  ['a list and an object', { a: [] }, { a: {} }, { path: 'a', before: [], after: {} }],
  ['null and an object', { a: null }, { a: {} }, { path: 'a', before: null, after: {} }],
  ['text and a number', { a: '1' }, { a: 1 }, { path: 'a', before: '1', after: 1 }],
  ['the whole value', 1, 2, { path: '', before: 1, after: 2 }],
  ['a key that every object inherits', { toString: 1 }, {}, { path: 'toString', before: 1, after: undefined }],
])('difference: %s', (_, before, after, difference) => {
  expect(between(before, after)).toEqual([difference]);
});

test('differences: at most the number that was asked for', () => {
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`k${index}`, index]));
  expect(between(many, {}).map(({ path }) => path)).toEqual(['k0', 'k1', 'k2']);
});
