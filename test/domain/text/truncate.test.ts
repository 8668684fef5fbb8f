import fc from 'fast-check';
import { expect, test } from 'vitest';
import { truncateEnd, truncateMiddle } from '../../../src/domain/text/truncate.js';

test.each([
  ['short', 5, 'short', 'short'],
  ['longer', 5, 'long…', 'lo…er'],
  ['longest', 5, 'long…', 'lo…st'],
  ['longest', 4, 'lon…', 'lo…t'],
  ['longest', 1, '…', '…'],
  ['ab😀cd', 4, 'ab…', 'ab…d'],
  ['a😀bc😀d', 5, 'a😀b…', 'a…d'],
])('truncating %j to %i characters marks what is missing, and parts no surrogate pair', (text, length, end, middle) => {
  expect(truncateEnd(text, length)).toBe(end);
  expect(truncateMiddle(text, length)).toBe(middle);
});

test('a truncated text is well formed and not longer than the limit, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, length) => {
      for (const shortened of [truncateEnd(text, length), truncateMiddle(text, length)]) {
        expect(shortened.length).toBeLessThanOrEqual(length);
        expect(shortened.isWellFormed()).toBe(true);
      }
    }),
  );
});
