import { describe, expect, test } from 'vitest';
import { decodeText } from '../../../src/domain/text/decode.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('decodeText', () => {
  test.each<[string, Uint8Array, string | undefined, string]>([
    ['UTF-8', Buffer.from('grün 🌳'), undefined, 'grün 🌳'],
    ['U+FFFD itself', Buffer.from('a\uFFFDb'), undefined, 'a\uFFFDb'],
    ['a declared charset', bytes(0x67, 0x72, 0xfc, 0x6e), 'iso-8859-1', 'grün'],
    ['a charset in capitals', Buffer.from('grün'), 'UTF8', 'grün'],
    ['Shift JIS', bytes(0x82, 0xa0), 'shift_jis', 'あ'],
    ['UTF-16 with a mark', bytes(0xff, 0xfe, 0x61, 0x00), undefined, '\uFEFFa'],
    ['UTF-16 of the other order', bytes(0xfe, 0xff, 0x00, 0x61), 'iso-8859-1', '\uFEFFa'],
    ['UTF-8 with a mark', bytes(0xef, 0xbb, 0xbf, 0x61), 'iso-8859-1', '\uFEFFa'],
    ['nothing', bytes(), undefined, ''],
  ])('decodeText decodes %s', (_, given, charset, text) => {
    expect(decodeText(given, charset)).toBe(text);
  });

  test.each<[string, Uint8Array, string | undefined, string]>([
    ['Latin-1', bytes(0x67, 0x72, 0xfc, 0x6e), undefined, 'expected text in UTF-8, got the byte 0xfc at offset 2'],
    [
      'after U+FFFD itself',
      Buffer.concat([Buffer.from('ü\uFFFD\uFFFD'), bytes(0xff)]),
      undefined,
      'expected text in UTF-8, got the byte 0xff at offset 8',
    ],
    ['half a character', bytes(0x61, 0xe2, 0x82), undefined, 'expected text in UTF-8, got the byte 0xe2 at offset 1'],
    [
      'half a surrogate pair',
      bytes(0xed, 0xa0, 0x80),
      undefined,
      'expected text in UTF-8, got the byte 0xed at offset 0',
    ],
    ['a wrong byte of another charset', bytes(0x82), 'shift_jis', 'expected text in SHIFT_JIS, got other bytes'],
    [
      'an unknown charset',
      bytes(0x61),
      'klingon',
      'expected text in UTF-8 or another encoding of the web, got charset "klingon"',
    ],
  ])('decodeText refuses %s', (_, given, charset, message) => {
    expect(() => decodeText(given, charset)).toThrow(message);
  });
});
