import { expect, test } from 'vitest';
import { wrapWords } from '../../../src/cli/terminal/wrap-words.js';

test('wrapWords: lines break between words, and fit', () => {
  expect(wrapWords('run a waits for a worker', 10)).toEqual(['run a', 'waits for', 'a worker']);
  expect(wrapWords('run a waits for a worker', Infinity)).toEqual(['run a waits for a worker']);
  expect(wrapWords('', 10)).toEqual(['']);
});

test('wrapWords: a word that is longer than a line has a line of its own; wide characters count twice', () => {
  expect(wrapWords('a baton-0f5a83579957 b', 10)).toEqual(['a', 'baton-0f5a83579957', 'b']);
  expect(wrapWords('日本 日本', 8)).toEqual(['日本', '日本']);
});

test('wrapWords: control characters are shown as escapes', () => {
  expect(wrapWords('a\u001b[2J b', 80)).toEqual(['a\\u001b[2J b']);
});
