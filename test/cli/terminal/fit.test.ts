import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { fit, wrap, wrapCommand } from '../../../src/cli/terminal/fit.js';
import { createColours, forTerminal, withoutColours } from '../../../src/cli/terminal/paint.js';
import { textTable } from '../../../src/cli/terminal/text-table.js';

const TEXT = 'error: tasks.publish.needs[0]: expected the id of a task of this plan, got "scann"; did you mean "scan"?';

test.each([60, 80, 30, 12])('wrap: no line is wider than %i columns, and no word is parted', (columns) => {
  const lines = wrap(TEXT, columns);
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
  const words = TEXT.split(' ').filter((word) => word.length <= columns - 2);
  const found = new Set(lines.flatMap((line) => line.trim().split(' ')));
  for (const word of words) expect(found).toContain(word);
});

test('wrap: further lines are indented, colours continue, and line breaks stay', () => {
  const red = createColours(true).red;
  expect(wrap('  a long line of words\nnext', 15)).toEqual(['a long line of', 'words', 'next']);
  expect(wrap('  a rather long line of several words', 28)).toEqual(['  a rather long line of', '    several words']);
  const lines = wrap(red('a rather long line of several words'), 24);
  expect(lines.map(withoutColours)).toEqual(['a rather long line of', '  several words']);
  for (const line of lines) expect(forTerminal(line)).toMatch(/\u001B\[31m.*\u001B\[39m$/);
});

test('wrap: without a width, or on a pipe, nothing is changed', () => {
  expect(wrap(TEXT, Infinity)).toEqual([TEXT]);
});

test('wrapCommand: what is copied is the command, whatever the width', () => {
  const command = "  baton event 'publish review 7f3a2c' payment-received --data '{\"amount\": 12}' --id a1";
  for (const columns of [60, 40, 30]) {
    const lines = wrapCommand(command, columns);
    const shell = lines.join('\n').replace(/ \\\n\s*/g, ' ');
    expect(shell).toBe(command);
    expect(lines.length).toBeGreaterThan(1);
  }
  expect(wrapCommand(command, 200)).toEqual([command]);
});

const ROWS = [
  ['RUN', 'PLAN', 'STATUS', 'STARTED'],
  ['publish-review-7f3a2c19', 'publish-review-of-a-repository', 'running', '2026-11-27 09:00:12'],
  ['etl-1', 'etl', 'failed', '2026-11-27 08:00:12'],
];
const HOW = { cut: { PLAN: 8 }, drop: ['STARTED', 'PLAN'] };

test.each([200, 80, 60, 40, 20])('textTable: no row is wider than %i columns', (width) => {
  for (const line of textTable(ROWS, { width, ...HOW }).split('\n'))
    expect(stringWidth(line)).toBeLessThanOrEqual(width);
});

test('textTable: cells are cut first, then columns are left out; those that are not named stay', () => {
  expect(textTable(ROWS, { width: 80, ...HOW }).split('\n')).toEqual([
    'RUN                      PLAN                       STATUS   STARTED',
    'publish-review-7f3a2c19  publish-review-of-a-repo…  running  2026-11-27 09:00:12',
    'etl-1                    etl                        failed   2026-11-27 08:00:12',
  ]);
  expect(textTable(ROWS, { width: 50, ...HOW }).split('\n')[1]).toBe(
    'publish-review-7f3a2c19  publish-review-…  running',
  );
  expect(textTable(ROWS, { width: 40, ...HOW }).split('\n')[1]).toBe('publish-review-7f3a2c19  running');
});

test('textTable: without a width, nothing is cut', () => {
  expect(textTable(ROWS).split('\n')[1]).toContain('publish-review-of-a-repository  running  2026-11-27 09:00:12');
  expect(fit('abc', Infinity)).toBe('abc');
});
