// What a terminal shows after the area was drawn, on the emulator of xterm.js.
import { Writable } from 'node:stream';
import xterm from '@xterm/headless';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { liveArea } from '../../../src/cli/terminal/live-area.js';

const COLUMNS = 40;
const ROWS = 20;

function aTerminal(columns = COLUMNS, rows = ROWS) {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  let written = Promise.resolve();
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      written = written.then(() => new Promise<void>((resolve) => terminal.write(chunk, resolve)));
      done();
    },
  });
  const stderr = Object.assign(stream, { isTTY: true, columns, rows }) as unknown as NodeJS.WriteStream;
  return {
    stderr,
    resize: async (to: { columns: number; rows: number }) => {
      await written;
      terminal.resize(to.columns, to.rows);
      Object.assign(stderr, to);
    },
    /** All lines, those that were scrolled out of the screen included, without empty lines at the end. */
    lines: async (): Promise<string[]> => {
      await written;
      const { active } = terminal.buffer;
      const lines = Array.from({ length: active.length }, (_, at) => active.getLine(at)?.translateToString(true) ?? '');
      while (lines.at(-1) === '') lines.pop();
      return lines;
    },
  };
}

test('live area: a shorter table replaces a longer one, also if both begin and end with the same lines', async () => {
  const { stderr, lines } = aTerminal();
  const area = liveArea(stderr);
  area.draw(['head', 'a', 'b', 'c', 'foot', 'end']);
  area.draw(['head', 'c', 'foot', 'end']);
  expect(await lines()).toEqual(['head', 'c', 'foot', 'end']);
  area.draw(['head', 'x', 'y', 'c', 'foot', 'end']);
  expect(await lines()).toEqual(['head', 'x', 'y', 'c', 'foot', 'end']);
});

test('live area: a table with an empty line at another place replaces one of the same length', async () => {
  const { stderr, lines } = aTerminal();
  const area = liveArea(stderr);
  area.draw(['a', '', 'foot', '']);
  area.draw(['a', '', '', 'foot']);
  expect(await lines()).toEqual(['a', '', '', 'foot']);
});

const frame = fc.array(fc.constantFrom('', 'a', 'b', 'foot', 'x'.repeat(COLUMNS)), { minLength: 1, maxLength: 8 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ draw: frame }) },
  { weight: 1, arbitrary: fc.record({ print: fc.constantFrom('note 1', 'note 2') }) },
);

test('live area: whatever is drawn and printed, the terminal shows the printed lines and the last table', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), frame, async (steps, last) => {
      const { stderr, lines } = aTerminal();
      const area = liveArea(stderr);
      const printed: string[] = [];
      for (const one of steps) {
        if ('draw' in one) area.draw(one.draw);
        else {
          area.print(one.print);
          printed.push(one.print);
        }
      }
      area.draw(last);
      area.close();
      expect((await lines()).join('\n').trimEnd()).toBe([...printed, ...last].join('\n').trimEnd());
    }),
    { numRuns: 100 },
  );
});

test.each([
  [20, ROWS],
  [60, ROWS],
  [COLUMNS, 30],
])('live area: after the terminal became %i columns and %i rows, nothing of the old table is left', async (...size) => {
  const { stderr, lines, resize } = aTerminal();
  const area = liveArea(stderr);
  area.print('note');
  area.draw(['head', 'x'.repeat(COLUMNS), 'y'.repeat(COLUMNS - 5), 'foot']);
  await resize({ columns: size[0], rows: size[1] });
  area.resized();
  area.draw(['head', 'x'.repeat(20), 'foot']);
  expect(await lines()).toEqual(['note', 'head', 'x'.repeat(20), 'foot']);
});
