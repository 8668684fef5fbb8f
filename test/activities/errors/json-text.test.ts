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
  expect(problem({ a: { n: 5n } })).toBe('output.a.n: expected JSON, got the BigInt 5n');
  expect(problem([0, NaN])).toBe('output[1]: expected JSON, got NaN');
  expect(problem({ m: new Map() })).toBe('output.m: expected JSON, got a Map');
  expect(problem({ p: Promise.resolve() })).toBe('output.p: expected JSON, got a promise');
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
