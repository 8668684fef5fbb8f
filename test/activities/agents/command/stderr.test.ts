import { expect, test } from 'vitest';
import { errorLineOf, stderrCause } from '../../../../src/activities/agents/command/stderr.js';

const NODE = `/app/x.js:1
throw new Error('boom')
^

Error: boom
    at main (/app/x.js:1:7)
    at node:internal/main {
  code: 'E_BAD',
  nested: {
    a: 1
  }
}

Node.js v22.11.0
`;

test.each([
  ['the last line', 'reading\nthe disk is full\n', 'the disk is full'],
  ['no blank line', 'the disk is full\n\n  \n', 'the disk is full'],
  ['no line end of Windows', 'one\r\ntwo\r\n', 'two'],
  ['the line above the stack of Node.js', NODE, 'Error: boom'],
  [
    'the line above a stack of Java',
    'Exception in thread "main" Boom: no\n\tat a.Main.main(Main.java:3)\n\t... 5 more\n',
    'Exception in thread "main" Boom: no',
  ],
  ['what follows a stack', 'Error: boom\n    at main (x.js:1:7)\ngiving up\n', 'giving up'],
  ['the frame, if there is nothing above it', '    at main (x.js:1:7)\n', 'at main (x.js:1:7)'],
  ['the error of Python', 'Traceback (most recent call last):\n  File "x", line 1\nKeyError: 1\n', 'KeyError: 1'],
  ['nothing if stderr is blank', ' \n\n', ''],
  ['nothing if only progress was noted', '::progress 1\n', ''],
  ['the beginning of a line that is too long', 'x'.repeat(600), `${'x'.repeat(499)}…`],
])('error line: %s', (_, stderr, line) => {
  expect(errorLineOf(stderr)).toBe(line);
});

test('the cause is the end of stderr, without lines that note progress', () => {
  expect(stderrCause('::progress 1\n  one\ntwo\n\n').cause).toMatchObject({ name: 'Stderr', message: '  one\ntwo' });
  expect(stderrCause('x'.repeat(5000)).cause?.message).toHaveLength(4096);
  expect(stderrCause('::progress 1\n \n')).toEqual({});
});
