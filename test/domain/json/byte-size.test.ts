import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { fitsInto, jsonBytes } from '../../../src/domain/json/byte-size.js';
import { sizeBounds } from '../../../src/domain/json/size-bounds.js';

const anything = fc.anything({
  withDate: true,
  withObjectString: true,
  withNullPrototype: true,
  withSparseArray: true,
});

test('fitsInto: decides as the size of the JSON does, for any value and limit', () => {
  fc.assert(
    fc.property(anything, fc.integer({ min: -3, max: 3 }), (value, more) => {
      const bytes = jsonBytes(value);
      expect(fitsInto(value, bytes + more)).toBe(more >= 0);
    }),
  );
});

test('jsonBytes: the bytes of JSON in UTF-8, of short and of long texts', () => {
  const text = fc.string({ unit: 'binary', maxLength: 50 });
  fc.assert(
    fc.property(text, fc.constantFrom(1, 3, 20, 1000), (part, times) => {
      const value = [part.repeat(times)];
      expect(jsonBytes(value)).toBe(Buffer.byteLength(JSON.stringify(value)));
    }),
  );
  expect([jsonBytes(undefined), jsonBytes('\ud800'.repeat(300))]).toEqual([0, 300 * 6 + 2]);
});

test('sizeBounds: the size of the JSON is between the bounds', () => {
  fc.assert(
    fc.property(fc.oneof(anything, fc.jsonValue()), (value) => {
      const { least, most } = sizeBounds(value);
      const bytes = jsonBytes(value);
      expect(least).toBeLessThanOrEqual(bytes);
      expect(most).toBeGreaterThanOrEqual(bytes);
    }),
  );
});

test('fitsInto: a value that clearly fits, or clearly does not, is not turned into text', () => {
  const value = { texts: ['x'.repeat(1000), 'é'] };
  const stringify = vi.spyOn(JSON, 'stringify');
  try {
    expect([fitsInto(value, 10_000), fitsInto(value, 500), stringify.mock.calls.length]).toEqual([true, false, 0]);
    expect([fitsInto(value, 1_500), stringify.mock.calls.length]).toEqual([true, 1]);
  } finally {
    stringify.mockRestore();
  }
});

test('fitsInto: a value of more levels than the stack has room for is refused by JSON, not by the walk', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 2_000; level++) deep = [deep];
  expect(fitsInto(deep, 4_001)).toBe(true);
  expect(fitsInto(deep, 4_000)).toBe(false);
});
