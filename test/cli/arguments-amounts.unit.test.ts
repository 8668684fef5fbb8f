import { expect, test } from 'vitest';
import { readAmountsArgument } from '../../src/cli/arguments/amounts-argument.js';

test.each([
  ['calls=8', { calls: 8 }],
  ['calls=8,usd=2.5, duration=1h', { calls: 8, usd: 2.5, duration: '1h' }],
  ['{"calls": 8}', { calls: 8 }],
  ['tokens=1e3', { tokens: '1e3' }],
])('amounts: %s', async (text, amounts) => {
  expect(await readAmountsArgument('--add', text, '.')).toEqual(amounts);
});

test.each([
  ['calls=', '--add: expected NAME=AMOUNT as in calls=8,usd=2, got "calls="'],
  ['calls=8,usd', '--add: expected NAME=AMOUNT as in calls=8,usd=2, got "usd"'],
  ['calls=8,calls=9', '--add: expected each amount once, got calls again'],
  ['calls', '--add: expected JSON, got "calls"; or NAME=AMOUNT as in calls=8,usd=2'],
])('amounts: %s is refused', async (text, message) => {
  await expect(readAmountsArgument('--add', text, '.')).rejects.toThrow(message);
});
