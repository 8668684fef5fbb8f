import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BigNumberError, isHeld, readJson } from '../../../src/domain/json/read-json.js';
import { syntaxPlace } from '../../../src/domain/json/syntax-place.js';

const messageOf = (text: string): string => {
  try {
    readJson(text);
    return 'no error';
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
};

describe('readJson', () => {
  test.each([
    ['9007199254740993', '', '9007199254740993'],
    ['{"id": 12345678901234567890}', 'id: ', '12345678901234567890'],
    ['{"rows": [{"id": 1}, {"id": -9223372036854775808}]}', 'rows[1].id: ', '-9223372036854775808'],
    ['{"a": "x, \\"y\\": [1", "b": [[], {}, 1e400]}', 'b[2]: ', '1e400'],
    ['[1e-400]', '[0]: ', '1e-400'],
    ['[9007199254740993.5]', '[0]: ', '9007199254740993.5'],
    [`[${'1'.repeat(60)}]`, '[0]: ', 'one of 60 characters'],
  ])('readJson refuses a number that would be changed, with its place: %s', (text, place, number) => {
    expect(messageOf(text)).toBe(
      `BigNumberError: ${place}expected a number that JavaScript can hold without changing it, got ${number}; send it as text, in quotes`,
    );
  });

  test.each([
    '9007199254740991',
    '9007199254740992',
    '-9007199254740991',
    '12345678901234567000',
    '1e23',
    '1.5E+300',
    '5e-324',
    '0e500',
    '0.000',
    '0.1234567890123456789',
    '3.14159265358979323846264338327950288',
    '1234567890123.4567890123456789',
  ])('readJson reads a number that JavaScript holds: %s', (text) => {
    expect(readJson(text)).toBe(Number(text));
  });

  test('readJson keeps numbers that would be changed as text if asked to', () => {
    const text = '{"id": 12345678901234567890, "n": 5, "text": "12345678901234567890", "list": [1e999, 1.5]}';
    expect(readJson(text, 'text')).toEqual({
      id: '12345678901234567890',
      n: 5,
      text: '12345678901234567890',
      list: ['1e999', 1.5],
    });
  });

  test('readJson leaves digits in strings and keys alone', () => {
    const value = { '12345678901234567890': '98765432109876543210', 'a"12345678901234567890': ['\\', '1e999'] };
    expect(readJson(JSON.stringify(value))).toEqual(value);
  });

  test('readJson skips one byte order mark', () => {
    expect(readJson('\uFEFF{"a": 1}')).toEqual({ a: 1 });
    expect(messageOf('\uFEFF\uFEFF1')).toContain('SyntaxError');
  });

  test('readJson reads everything that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(readJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('readJson refuses an integer exactly if its digits would change', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 80n), 2n ** 80n), (integer) => {
        const value = Number(integer);
        expect(isHeld(String(integer))).toBe(Number.isSafeInteger(value) || sameDigits(integer, value));
      }),
    );
  });

  test('readJson takes time proportional to the length of the text', () => {
    const n = 500_000;
    for (const text of [`"${'x'.repeat(n)}1e5"`, `["${'\\"'.repeat(n)}", 1e5]`, `[${'1e5,'.repeat(n / 10)}1]`]) {
      expect(readJson(text)).toBeDefined();
    }
    expect(messageOf(`["${'\\"'.repeat(n)}", 1e999]`)).toContain('[1]: ');
    expect(messageOf(`${'['.repeat(n)}1e999${']'.repeat(n)}`).length).toBeLessThan(500);
  });

  test('a BigNumberError is not a SyntaxError', () => {
    expect(() => readJson('1e999')).toThrow(BigNumberError);
  });
});

const sameDigits = (integer: bigint, value: number): boolean => BigInt(shortest(value)) === integer;

/** The integer that JavaScript writes for the number, without an exponent. */
const shortest = (value: number): string => {
  const [mantissa = '', exponent] = String(value).split('e');
  if (exponent === undefined) return mantissa;
  const [whole = '', fraction = ''] = mantissa.split('.');
  return whole + fraction.padEnd(Number(exponent), '0');
};

test.each([
  ['{"a": NaN}', ' (line 1, column 7)'],
  ['\uFEFF{"a": 1,\n  b: 2}', ' (line 2, column 3)'],
  ['{"a": 1} trailing', ' (line 1, column 10)'],
  ['{"a": [1, 2', ' (it ends too early)'],
  ['\u200b{"a": 1}', ' (line 1, column 1)'],
  ['["\\x"]', ''],
  ['<html>', ''],
])('syntaxPlace names the place where a text stops being JSON: %j', (text, place) => {
  expect(syntaxPlace(text)).toBe(place);
});
