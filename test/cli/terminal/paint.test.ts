import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createIo } from '../../../src/cli/terminal/io.js';
import { createColours, forTerminal, inColours, printable, withoutColours } from '../../../src/cli/terminal/paint.js';
import { textTable } from '../../../src/cli/terminal/text-table.js';
import { fit } from '../../../src/cli/view/task-table.js';

const paint = createColours(true);
const HOSTILE = 'a\u001B[31mb\u001B[39m\u001B[2J\u202Ec';
const SHOWN = 'a\\u001b[31mb\\u001b[39m\\u001b[2J\\u202ec';

test('paint: own colours reach the terminal, those of the text are shown', () => {
  expect(forTerminal(`${paint.red(HOSTILE)} ${HOSTILE}`)).toBe(`\u001B[31m${SHOWN}\u001B[39m ${SHOWN}`);
});

test('paint: a colour within a colour ends without ending the outer one', () => {
  expect(forTerminal(paint.red(`a ${paint.blue('b')} c`))).toBe(
    '\u001B[31ma \u001B[34mb\u001B[39m\u001B[31m c\u001B[39m',
  );
});

test('paint: without colours, nothing is added and everything is shown', () => {
  expect(forTerminal(createColours(false).red(HOSTILE))).toBe(SHOWN);
});

test('paint: text that is laid out has the width that it has on the terminal', () => {
  const text = `${paint.dim(HOSTILE)} end`;
  expect(stringWidth(printable(text))).toBe(stringWidth(forTerminal(text)));
  expect(stringWidth(printable(text))).toBe(SHOWN.length + 4);
});

test('paint: a coloured line is cut with its colours', () => {
  const cut = inColours(printable(`ab ${paint.red(`hello ${HOSTILE}`)}`), (text) => cliTruncate(text, 8));
  expect(forTerminal(cut)).toBe('ab \u001B[31mhell…\u001B[39m');
  expect(forTerminal(fit(`${paint.red('hello')} world`, 8))).toBe('\u001B[31mhello\u001B[39m w…');
});

test('paint: colours can be removed', () => {
  expect(withoutColours(`${paint.red('error:')} x`)).toBe('error: x');
});

test('table: hidden characters count with the width of their escapes', () => {
  const rows = textTable([
    ['NAME', 'NEXT'],
    ['a\u001B[8mb', 'x'],
  ]).split('\n');
  expect(rows).toEqual(
    ['NAME            NEXT', 'a\\u001b[8mb     x'].map((row) => expect.stringContaining(row.slice(0, 4)) as string),
  );
  expect(rows[0]!.indexOf('NEXT')).toBe(rows[1]!.indexOf('x'));
});

function output(isTTY: boolean): { readonly io: ReturnType<typeof createIo>; readonly read: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream;
  return {
    io: createIo({ stdout: stream, stderr: stream, env: {}, cwd: '/', colour: false }),
    read: () => String(stream.read() ?? ''),
  };
}

test('io: exact text is exact on a pipe, and shown on a terminal', () => {
  const [pipe, terminal] = [output(false), output(true)];
  pipe.io.printExact(HOSTILE);
  terminal.io.printExact(HOSTILE);
  expect([pipe.read(), terminal.read()]).toEqual([`${HOSTILE}\n`, `${SHOWN}\n`]);
});

test('io: JSON, text and notes have no hidden characters, on a pipe neither', () => {
  const { io, read } = output(false);
  io.printJson({ key: HOSTILE });
  const json = read();
  expect(json).toBe(`{\n  "key": "${SHOWN}"\n}\n`);
  expect(JSON.parse(json)).toEqual({ key: HOSTILE });
  io.print(HOSTILE);
  io.note(HOSTILE);
  expect(read()).toBe(`${SHOWN}\n${SHOWN}\n`);
});
