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
