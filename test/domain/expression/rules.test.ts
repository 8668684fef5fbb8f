// What an expression may give, under the rules of a run.
import { describe, expect, test } from 'vitest';
import { compileTemplate } from '../../../src/domain/expression/template.js';

const scope = { input: { zero: 0, list: [1, 0] } };

describe('a number that JSON does not have', () => {
  test.each([
    ['1 / 0', 'Infinity'],
    ['-1 / $input.zero', '-Infinity'],
    ['0 / $input.zero', 'NaN'],
    ['{ "mean": 5 / $input.zero }', 'Infinity'],
    ['[1, 2 / $input.zero]', 'Infinity'],
    ['$input.list.(1 / $)', 'Infinity'],
  ])('is an error, not null: %s', (source, came) => {
    expect(() => compileTemplate(`{% ${source} %}`)(scope)).toThrow(
      `{% ${source} %}: it gives ${came}, which is not a JSON value; check what it divides by`,
    );
  });

  test('was null under rules 2', () => {
    expect(compileTemplate({ a: ['{% 1 / 0 %}'] }, 2)(scope)).toEqual({ a: [null] });
    expect(() => compileTemplate({ a: ['{% 1 / 0 %}'] })(scope)).toThrow('it gives Infinity');
  });
});

describe('a day that does not exist', () => {
  test.each(['2024-02-30', '2023-02-29', '2024-04-31T10:00:00Z', '2100-02-29T00:00:00.000Z'])(
    'is an error of $toMillis: %s',
    (day) => {
      expect(() => compileTemplate(`{% $toMillis("${day}") %}`)(scope)).toThrow(
        `$toMillis: expected an ISO 8601 time, got "${day}"; there is no such day`,
      );
      expect(compileTemplate(`{% $toMillis("${day}") %}`, 2)(scope)).toBe(Date.parse(day));
    },
  );

  test.each([
    ['2024-02-30', '[Y0001]-[M01]-[D01]', '2024-02-30'],
    ['30/2/2024', '[D]/[M]/[Y]', '2024-02-30'],
    ['31 April 2024', '[D] [MNn] [Y]', '2024-04-31'],
    ['2023-13-01 10:00', '[Y0001]-[M01]-[D01] [H01]:[m01]', '2023-13-01'],
    ['2023-02-29 10:00 pm', '[Y0001]-[M01]-[D01] [h]:[m01] [P]', '2023-02-29'],
  ])('is an error of $toMillis with a picture: %s as %s', (text, picture, day) => {
    const source = `{% $toMillis("${text}", "${picture}") %}`;
    expect(() => compileTemplate(source)(scope)).toThrow(
      `$toMillis: expected a time, got ${day}; there is no such day`,
    );
    expect(compileTemplate(source, 2)(scope)).toBeTypeOf('number');
  });

  test.each([
    ['29/2/2024', '[D]/[M]/[Y]', '2024-02-29T00:00:00Z'],
    ['31 December 2024 23:30 +02:00', '[D] [MNn] [Y] [H01]:[m01] [Z]', '2024-12-31T21:30:00Z'],
    ['2024-366', '[Y0001]-[d001]', '2024-12-31T00:00:00Z'],
    ['2024', '[Y0001]', '2024-01-01T00:00:00Z'],
  ])('exists, read with a picture: %s as %s', (text, picture, time) => {
    expect(compileTemplate(`{% $toMillis("${text}", "${picture}") %}`)(scope)).toBe(Date.parse(time));
  });

  test.each(['2024-02-29', '2000-02-29T12:00:00Z', '2024-12-31', '2024'])('exists: %s', (day) => {
    expect(compileTemplate(`{% $toMillis("${day}") %}`)(scope)).toBe(Date.parse(day));
  });
});

describe('$number', () => {
  test.each(['9223372036854775807', '-9007199254740993', '1e-400'])(
    'refuses text that JavaScript would change: %s',
    (text) => {
      expect(() => compileTemplate(`{% $number("${text}") %}`)(scope)).toThrow(
        `$number: expected a number that JavaScript can hold without changing it, got "${text}"; keep it as text`,
      );
      expect(compileTemplate(`{% $number("${text}") %}`, 2)(scope)).toBe(Number(text));
    },
  );

  test.each(['42', '-1.5e3', '0.1234567890123456789', '9007199254740992', '0x10'])(
    'reads what JavaScript holds: %s',
    (text) => {
      expect(compileTemplate(`{% $number("${text}") %}`)(scope)).toBe(Number(text));
    },
  );
});
