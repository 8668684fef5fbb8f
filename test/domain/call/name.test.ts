import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  itemName,
  parseCallName,
  replannedName,
  suffixedName,
  taskInName,
  type CallName,
} from '../../../src/domain/call/name.js';

const formatCallName = ({ task, replan, index, suffix }: CallName): string =>
  suffixedName(itemName(replannedName(task, replan), index), suffix);

const names: fc.Arbitrary<CallName> = fc.record(
  {
    task: fc.stringMatching(/^[A-Za-z_]\w{0,20}$/),
    replan: fc.nat(),
    index: fc.nat(),
    suffix: fc.oneof(fc.constantFrom('fallback', 'fallback:2', 'hedge:1', 'compensate'), fc.string({ minLength: 1 })),
  },
  { requiredKeys: ['task'], noNullPrototype: true },
);

test('call name: what is formatted is parsed to the same name', () => {
  fc.assert(
    fc.property(names, (name) => {
      expect(parseCallName(formatCallName(name))).toEqual(name);
    }),
  );
});

test.each([
  [{ task: 'scan' }, 'scan'],
  [{ task: 'scan', replan: 1 }, 'scan~1'],
  [{ task: 'analyze', index: 7 }, 'analyze[7]'],
  [{ task: 'analyze', replan: 2, index: 0, suffix: 'fallback:2' }, 'analyze~2[0]:fallback:2'],
  [{ task: 'find', suffix: 'race:fast:index' }, 'find:race:fast:index'],
])('call name: %j is written %s', (name, text) => {
  expect(formatCallName(name)).toBe(text);
  expect(parseCallName(text)).toEqual(name);
});

test.each(['', ':', 'a b', 'scan~', 'scan[x]', 'scan[1', 'run/scan'])('call name: %j is not one', (text) => {
  expect(parseCallName(text)).toBeUndefined();
  expect(taskInName(text)).toBe(text);
});
