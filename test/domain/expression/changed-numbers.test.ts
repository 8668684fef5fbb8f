import { expect, test } from 'vitest';
import { changedNumbersIn } from '../../../src/domain/expression/changed-numbers.js';
import { validatePlan } from '../../../src/domain/plan/validate/index.js';

test.each([
  ['9007199254740993', ['9007199254740993']],
  ['-9007199254740993', ['9007199254740993']],
  [
    '$input.id = 12345678901234567890 or 99999999999999999999 in $input.ids',
    ['12345678901234567890', '99999999999999999999'],
  ],
  ['$input.list[id = 9007199254740993].name', ['9007199254740993']],
  ['{ "id": 9007199254740993 }', ['9007199254740993']],
  ['"9007199254740993"', []],
  ['/* 9007199254740993 */ 1', []],
  ['`9007199254740993`', []],
  ['9007199254740992 + 1.5e300 + 0.12345678901234567', []],
  ['$input.a', []],
])('numbers that JavaScript would change in %s', (source, numbers) => {
  expect(changedNumbersIn(source)).toEqual(numbers);
});

test('a plan whose expression has such a number is refused with what to do', () => {
  const tasks = { a: { agent: 'echo', input: { id: '{% 9007199254740993 %}' } } };
  const result = validatePlan({ name: 'p', tasks, output: '{% [12345678901234567890] %}' });
  expect('problems' in result ? result.problems : []).toEqual([
    expect.objectContaining({
      code: 'plan.big-number',
      path: 'tasks.a.input.id',
      message:
        'expected a number that JavaScript can hold without changing it, got 9007199254740993; send it as text, in quotes',
    }),
    expect.objectContaining({ code: 'plan.big-number', path: 'output' }),
  ]);
});
