import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LinearRegExp, RegExpRefusedError } from '../../../src/domain/regexp/linear-regexp.js';

const refusal = (source: string, flags = '', options = {}): string => {
  try {
    new LinearRegExp(source, flags, options);
    return 'taken';
  } catch (error) {
    expect(error).toBeInstanceOf(RegExpRefusedError);
    return (error as RegExpRefusedError).reason;
  }
};

describe('a linear regular expression', () => {
  test.each<[string, string, string[]]>([
    ['\\d+-\\D', '', ['12-x', 'x12', '٣-x']],
    ['\\s', '', [' ', '\u00a0', '\u2003', '\ufeff', '\v', '\u180e', 'x']],
    ['\\S', '', [' ', '\u00a0', '\u200b', '\ufeff', '\v', 'x']],
    ['^[\\s\\S]$', '', ['\n', 'x', '\u2028', 'xy']],
    ['^[^\\s]+$', '', ['a b', 'ab', 'a\u3000b']],
    ['\\bfoo\\b', '', ['a foo b', 'afoo', 'foo']],
    ['^.$', '', ['a', '\n', '\r', '\u2028', '']],
    ['^.$', 's', ['a', '\n', '\r', '\u2028', '']],
    ['^b$', 'm', ['a\nb\nc', 'abc', 'b\n']],
    ['^b$', '', ['b', 'b\n', 'a\nb']],
    ['STRASSE', 'i', ['strasse', 'Strasse', 'straße']],
    ['[]', '', ['', 'a']],
    ['^[^]$', '', ['', 'a', '\n']],
    ['[\\b]', '', ['\b', 'b']],
    ['\\x41\\u0042\\cJ\\/\\0', '', ['AB\n/\0', 'AB']],
    ['^\\u{1F600}$', 'u', ['😀', 'u']],
    ['^\\ud83d\\ude00$', '', ['😀', 'u']],
    ['^[😀-😎]$', 'u', ['😁', '🙈']],
    ['a{,3}', '', ['a{,3}', 'aaa']],
    ['{a}', '', ['{a}', 'a']],
    ['[[:alpha:]]', '', [':]', 'z', 'p]']],
    ['\\A\\z\\Q\\a', '', ['AzQa', 'a']],
    ['[a-]b', '', ['-b', 'ab', 'cb']],
    ['[\\w-.]', '', ['-', '.', '!']],
    ['\\101', '', ['A', '101']],
    ['^\\p{L}+$', 'u', ['äß', 'a1']],
    ['^\\p{Script=Greek}\\p{Uppercase_Letter}$', 'u', ['αA', 'aA', 'αa']],
    ['^\\P{ASCII}$', 'u', ['ä', 'a']],
    ['^x{3,2000}$', '', ['xx', 'x'.repeat(1999), 'x'.repeat(2001)]],
    ['^x{1500,}$', '', ['x'.repeat(1499), 'x'.repeat(1500)]],
    ['^(?:[a-z]{1,63}\\.){2,64}$', '', ['a.b.', 'a.', 'ab.'.repeat(64), 'ab.'.repeat(65)]],
  ])('/%s/%s matches the same texts as in JavaScript', (source, flags, texts) => {
    const linear = new LinearRegExp(source, flags, { captures: false });
    for (const text of texts) expect([text, linear.test(text)]).toEqual([text, new RegExp(source, flags).test(text)]);
  });

  const atom = fc.constantFrom(
    'a',
    'b',
    '.',
    '\\w',
    '\\d',
    '[ab]',
    '[^a]',
    '(a|b)',
    '(?:ab|c)',
    '\\b',
    '\\.',
    '(b(a)?)',
    '-',
    '(?<n>c)',
  );
  const sign = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,}', '{0,2}', '*?', '+?');
  const part = fc.tuple(atom, sign).map(([one, times]) => (one === '\\b' ? one : one + times));
  const sequence = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
  const pattern = fc
    .tuple(fc.constantFrom('', '^'), fc.array(sequence, { minLength: 1, maxLength: 3 }), fc.constantFrom('', '$'))
    .map(([start, parts, end]) => start + parts.join('|') + end)
    .filter((source) => source.split('(?<n>').length < 3);

  test('LinearRegExp finds the same matches as JavaScript, in the same order', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '.', '1', '-', '\n', 'ä', '😀'), maxLength: 12 });
    fc.assert(
      fc.property(pattern, text, (source, given) => {
        const matches = (regexp: { exec(text: string): RegExpExecArray | null; lastIndex: number }) => {
          const all: unknown[] = [];
          for (let found = regexp.exec(given); found !== null && all.length < 20; found = regexp.exec(given)) {
            all.push([found.index, found[0], found.groups?.['n']]);
            if (found[0] === '') regexp.lastIndex += String.fromCodePoint(given.codePointAt(found.index) ?? 0).length;
          }
          return all;
        };
        expect(matches(new LinearRegExp(source, 'gu'))).toEqual(matches(new RegExp(source, 'gu')));
      }),
      { numRuns: 2000 },
    );
  });

  test('LinearRegExp is fast on a text for which JavaScript takes very long', () => {
    expect(new LinearRegExp('^(a+)+$').test(`${'a'.repeat(50_000)}b`)).toBe(false);
    expect(new LinearRegExp('(x+x+)+y').exec('x'.repeat(50_000))).toBeNull();
  });

  test('a match of LinearRegExp has groups by number and by name', () => {
    const found = new LinearRegExp('(?<year>\\d{4})-(\\d\\d)(x)?').exec('in 2024-05')!;
    expect([...found]).toEqual(['2024-05', '2024', '05', undefined]);
    expect(found.groups).toEqual({ year: '2024' });
    expect(found.index).toBe(3);
  });

  test('LinearRegExp can be made from a RegExp', () => {
    const linear = new LinearRegExp(/A(b)/i);
    expect([linear.source, linear.flags, linear.exec('xab')?.[1]]).toEqual(['A(b)', 'i', 'b']);
  });

  test.each<[string, string, string]>([
    ['(?=a)b', '', 'lookahead and lookbehind are not supported'],
    ['(?<!a)b', '', 'lookahead and lookbehind are not supported'],
    ['(a)\\1', '', 'backreferences are not supported'],
    ['(?<n>a)\\k<n>', '', 'backreferences are not supported'],
    ['a', 'y', 'the flag "y" is not supported'],
    ['(?:x{100}){1000}', '', 'it is too large, counting its repetitions'],
    ['(?:(?:(?:x{9}){9}){9}){99}', '', 'it is too large, counting its repetitions'],
    ['x{1000000000}', '', 'it is too large, counting its repetitions'],
    ['(x){1001}', '', 'a group is repeated more than 1000 times'],
    ['x'.repeat(10_001), '', 'it is longer than 10000 characters'],
    ['('.repeat(300) + ')'.repeat(300), '', 'its groups are nested deeper than 200'],
  ])('LinearRegExp refuses /%s/%s', (source, flags, reason) => {
    expect(refusal(source, flags)).toBe(reason);
  });

  test('LinearRegExp refuses what JavaScript refuses', () => {
    expect(refusal('a(')).toContain('Unterminated group');
    expect(refusal('\\p{Nonsense}', 'u')).toContain('Invalid property name');
  });

  test('LinearRegExp refuses a text that is too long for the size of the expression', () => {
    const large = new LinearRegExp('(?:(a*)(b*)(a*)(b*)){9}[cd]$');
    expect(() => large.exec(`${'ab'.repeat(300_000)}c\n`)).toThrow(RegExpRefusedError);
    expect(large.test('ab'.repeat(1000))).toBe(false);
  });
});
