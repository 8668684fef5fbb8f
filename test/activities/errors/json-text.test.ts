import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonText } from '../../../src/activities/errors/json-text.js';

const problem = (value: unknown) => {
  const json = jsonText(value, 'output');
  return json.ok ? undefined : json.problem;
};

test('every JSON value is written as JSON.stringify writes it', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => jsonText(value, 'v').ok && problem(value) === undefined));
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = jsonText(value, 'v');
      expect(json).toMatchObject({ text: JSON.stringify(value) });
    }),
  );
});

test('undefined becomes null, and is left out of objects', () => {
  expect(jsonText(undefined, 'v')).toEqual({ ok: true, text: 'null', bytes: 4 });
  expect(jsonText({ a: undefined, b: 1 }, 'v')).toMatchObject({ text: '{"b":1}' });
});

test('the number of bytes is that of UTF-8', () => {
  expect(jsonText('é', 'v')).toMatchObject({ bytes: 4 });
});

test('a value that JSON would lose is a problem with its path', () => {
  expect(problem({ a: [1, { b: () => 1 }] })).toBe('output.a[1].b: expected JSON, got a function');
  expect(problem({ a: { n: 5n } })).toBe('output.a.n: expected JSON, got the BigInt 5n; use text instead: String(n)');
  expect(problem([0, NaN])).toBe('output[1]: expected JSON, got NaN');
  expect(problem({ m: new Map() })).toBe('output.m: expected JSON, got a Map; use Object.fromEntries(map) instead');
  expect(problem({ p: Promise.resolve() })).toBe('output.p: expected JSON, got a promise; await it');
  expect(problem(Symbol('x'))).toBe('output: expected JSON, got a symbol');
});

test('a cycle is a problem, the same object twice is not', () => {
  const loop: Record<string, unknown> = { a: { b: {} } };
  (loop['a'] as Record<string, unknown>)['b'] = { back: loop };
  expect(problem(loop)).toBe('output.a.b.back: expected JSON, got a cycle back to output');
  const twin = { n: 1 };
  expect(problem({ a: twin, b: [twin, twin], c: { d: twin } })).toBeUndefined();
});

test('an object with a toJSON becomes what that returns', () => {
  expect(jsonText({ at: new Date(0) }, 'v')).toMatchObject({ text: '{"at":"1970-01-01T00:00:00.000Z"}' });
});

test('nesting deeper than the stack is a problem, not a crash', () => {
  let deep: unknown = 1;
  for (let i = 0; i < 50_000; i++) deep = [deep];
  expect(problem(deep)).toMatch(/^output/);
});

class Secretive {
  #value = 1;
  get value() {
    return this.#value;
  }
}

test.each<[string, unknown, string]>([
  ['an error', new TypeError('x'), 'an Error; use its message instead, or throw it'],
  [
    'an error with fields',
    Object.assign(new Error('x'), { code: 'E' }),
    'an Error; use its message instead, or throw it',
  ],
  ['an error of another realm', runInNewContext('new Error("x")'), 'an Error; use its message instead, or throw it'],
  ['a set', new Set([1]), 'a Set; use [...set] instead'],
  ['a regular expression', /a+/g, 'a RegExp; use its source instead'],
  [
    'an array buffer',
    new ArrayBuffer(2),
    'an ArrayBuffer; use a list, [...new Uint8Array(buffer)], or text in base64 instead',
  ],
  ['a typed array', Uint8Array.of(1, 2), 'a typed array; use a list, [...array], or text in base64 instead'],
  ['a data view', new DataView(new ArrayBuffer(2)), 'a DataView; use a list or text in base64 instead'],
  ['headers', new Headers({ a: 'b' }), 'a Headers, which JSON writes as {}; use Object.fromEntries(value) instead'],
  [
    'a query',
    new URLSearchParams('a=b'),
    'an URLSearchParams, which JSON writes as {}; use Object.fromEntries(value) instead',
  ],
  ['a form', new FormData(), 'a FormData, which JSON writes as {}; use Object.fromEntries(value) instead'],
  ['a response', new Response('1'), 'a Response, which JSON writes as {}; use await response.json() instead'],
  ['the iterator of a list', [1, 2].values(), 'an Array Iterator, which JSON writes as {}; use [...value] instead'],
  [
    'the iterator of a map',
    new Map([[1, 2]]).entries(),
    'a Map Iterator, which JSON writes as {}; use [...value] instead',
  ],
  [
    'a generator',
    (function* () {
      yield 1;
    })(),
    'a Generator, which JSON writes as {}; use [...value] instead',
  ],
  [
    'a weak map',
    new WeakMap(),
    'a WeakMap, which JSON writes as {}; use an object with the fields that are wanted instead',
  ],
  ['a blob', new Blob(['x']), 'a Blob, which JSON writes as {}; use an object with the fields that are wanted instead'],
  [
    'an object without fields',
    new Secretive(),
    'a Secretive, which JSON writes as {}; use an object with the fields that are wanted instead',
  ],
  ['a date that is not valid', new Date('x'), 'a Date that is not valid'],
])('a value that JSON would change is a problem that says what to use: %s', (_, value, came) => {
  expect(problem(value)).toBe(`output: expected JSON, got ${came}`);
  expect(problem({ list: [value] })).toBe(`output.list[0]: expected JSON, got ${came}`);
});

class Point {
  x = 1;
}

test.each<[string, unknown, string]>([
  ['an instance with fields', new Point(), '{"x":1}'],
  ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
  ['an empty object of another realm', runInNewContext('({})'), '{}'],
  ['a URL', new URL('http://x/'), '"http://x/"'],
  ['a buffer', Buffer.from('a'), '{"type":"Buffer","data":[97]}'],
  ['an error that says what its JSON is', Object.assign(new Error('x'), { toJSON: () => ({ m: 'x' }) }), '{"m":"x"}'],
])('a value whose JSON holds its data is written: %s', (_, value, text) => {
  expect(jsonText(value, 'v')).toMatchObject({ ok: true, text });
});
