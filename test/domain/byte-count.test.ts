import { expect, test } from 'vitest';
import { ByteCount, byteCount, formatByteCount, parseByteCount } from '../../src/domain/byte-count.js';

test.each([
  ['1B', 1],
  ['128KiB', 131_072],
  ['1MiB', 1_048_576],
  ['64kB', 64_000],
  ['64KB', 64_000],
  ['1.5 MiB', 1_572_864],
  ['2GB', 2_000_000_000],
])('byte count: %s is %i bytes', (text, bytes) => {
  expect(parseByteCount(text)).toBe(bytes);
  expect(ByteCount.parse(text)).toBe(text);
  expect(byteCount(text)).toBe(bytes);
});

test.each(['', '128', 'KiB', '-1KiB', '1e3B', '128kib', '128 KiB ', '1KiB2', '1TB'])(
  'byte count: %j is not a number of bytes, and is refused with an example',
  (text) => {
    expect(parseByteCount(text)).toBeUndefined();
    expect(() => ByteCount.parse(text)).toThrow('expected a number of bytes such as');
    expect(() => byteCount(text)).toThrow('expected a number of bytes such as "4MB"');
  },
);

test('byte count: no bytes are a number of bytes, but no setting', () => {
  expect(parseByteCount('0B')).toBe(0);
  expect(() => ByteCount.parse('0B')).toThrow('expected a number of bytes such as');
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [4096, '4.0 KiB'],
  [53_477_376, '51 MiB'],
  [1.5 * 1024 ** 3, '1.5 GiB'],
])('byte count: %i bytes are printed as %s', (bytes, text) => {
  expect(formatByteCount(bytes)).toBe(text);
});
