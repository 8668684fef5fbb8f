import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visible, visibleLine, visibleName } from '../../../src/domain/text/visible.js';

test.each([
  ['a colour', '\u001B[31mred', '\\u001b[31mred'],
  ['a title of the window', '\u001B]0;title\u0007', '\\u001b]0;title\\u0007'],
  ['C1 controls', '\u009B2J\u0085', '\\u009b2J\\u0085'],
  ['delete and backspace', 'rm\u0008\u007F', 'rm\\u0008\\u007f'],
  ['a return that overwrites the line', 'bad\rgood', 'bad\\u000dgood'],
  ['bidirectional marks', 'a\u202Eb\u2066c\u200Fd\u061Ce', 'a\\u202eb\\u2066c\\u200fd\\u061ce'],
  ['spaces without width', 'a\u200Bb\u2060c\uFEFFd\u00ADe', 'a\\u200bb\\u2060c\\ufeffd\\u00ade'],
  ['fillers that look like a space', 'a\u3164b\u115Fc', 'a\\u3164b\\u115fc'],
  ['joiners between Latin letters', 'ad\u200Dmin\u200C', 'ad\\u200dmin\\u200c'],
  ['several variation selectors', 'a\uFE0F\uFE0E', 'a\uFE0F\\ufe0e'],
  ['tags outside the basic plane', 'a\u{E0041}', 'a\\udb40\\udc41'],
  ['half a surrogate pair', 'a\uD800', 'a\\ud800'],
  ['separators of lines', 'a\u2028b\u2029', 'a\\u2028b\\u2029'],
])('visible text: %s become escapes', (_, text, shown) => {
  expect(visible(text)).toBe(shown);
});

test.each(['line\n\tindented\r\nnext', 'Zażółć gęślą jaźń · 漢字 · עברית · العربية', '👩‍👩‍👧 ❤️ 👍🏽 🏳️‍🌈', 'می‌خواهم क्‍ष'])(
  'visible text: %j stays as it is',
  (text) => {
    expect(visible(text)).toBe(text);
  },
);

test('visible name: line breaks and tabs become escapes, too', () => {
  expect(visibleName('a\nb\tc\r\n')).toBe('a\\u000ab\\u0009c\\u000d\\u000a');
});

test('visible line: line breaks and other space become one space', () => {
  expect(visibleLine('  a\n\n\tb\u2028c\u0085d\u001B ')).toBe('a b c d\\u001b');
});

const ACTS = /[^\n\t\P{Cc}]|[\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/u;
const text = fc.string({
  unit: fc.constantFrom('a', '\u001B', '[', 'm', '\n', '\r', '\u202E', '\u200D', '👩', '\uFE0F', '\uD83D', '\u009B'),
});

test('visible text: nothing that is left acts on a terminal, and a second time changes nothing', () => {
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (raw) => {
      const shown = visible(raw);
      expect(shown.replaceAll('\r\n', '\n')).not.toMatch(ACTS);
      expect(visible(shown)).toBe(shown);
    }),
  );
});

test('visible text: a joiner beside a character that is escaped is escaped, too', () => {
  expect(visible('\ufe0f\u200d👩')).toBe('\\ufe0f\\u200d👩');
  expect(visible('\u180e\u200d\u1820')).toBe('\\u180e\\u200d\u1820');
});

test('visible text: JSON has the same data', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), text, (value, raw) => {
      const document = { value, raw, [raw]: null };
      expect(JSON.parse(visible(JSON.stringify(document, null, 2)))).toEqual(JSON.parse(JSON.stringify(document)));
    }),
  );
});
