import { expect, test } from 'vitest';
import { duplicateKey, duplicateKeys } from '../../../src/domain/json/duplicate-keys.js';

test('duplicateKeys: every key that occurs again, with its path and offset', () => {
  const json = '{"a": 1, "b": [{"c": 1, "c": 2}], "a": 2, "a": 3}';
  expect([...duplicateKeys(json)]).toEqual([
    { path: ['b', 0, 'c'], key: 'c', offset: json.indexOf('"c": 2') },
    { path: ['a'], key: 'a', offset: json.indexOf('"a": 2') },
    { path: ['a'], key: 'a', offset: json.indexOf('"a": 3') },
  ]);
});

test('duplicateKeys: keys are compared by value, and punctuation within strings is text', () => {
  expect([...duplicateKeys('{"a": "{\\"a\\":1,", "\\u0061": 1}')]).toMatchObject([{ key: 'a' }]);
  expect([...duplicateKeys('[{"a": 1}, {"a": 1}, "a", "a"]')]).toEqual([]);
});

test('duplicateKey: the path of the first, or undefined', () => {
  expect(duplicateKey('{"tasks": {"a": 1, "a": 2}}')).toEqual(['tasks', 'a']);
  expect(duplicateKey('{"a": {"a": 1}}')).toBeUndefined();
});
