// The part of a terminal below the last printed line, which is drawn again and again. Lines that are printed meanwhile stay above it.
import { createLogUpdate } from 'log-update';
import stringWidth from 'string-width';
import { columnsOf, wrap } from './fit.js';
import { forTerminal } from './paint.js';

export interface LiveArea {
  /** Replaces the lines of the area. No line may be wider than the terminal. */
  draw(this: void, lines: readonly string[]): void;
  /** Prints a line above the area. */
  print(this: void, line: string): void;
  /** To be called when the size of the terminal has changed. The area is empty until it is drawn again. */
  resized(this: void): void;
  /** Leaves the lines as they are, and shows the cursor. */
  close(this: void): void;
}

export function liveArea(stream: NodeJS.WriteStream): LiveArea {
  const update = createLogUpdate(stream);
  let drawn: readonly string[] = [];
  const draw = (lines: readonly string[]): void => {
    // log-update 7 writes only the lines that differ, and loses others then, if empty ones are among them or their number differs.
    update.clear();
    drawn = lines;
    update(forTerminal(lines.join('\n')));
  };
  return {
    draw,
    print(line) {
      update.clear();
      stream.write(`${forTerminal(wrap(line, columnsOf(stream)).join('\n'))}\n`);
      draw(drawn);
    },
    resized() {
      // The terminal has wrapped lines that are too long now: the screen has more lines than were written.
      const columns = columnsOf(stream);
      const height = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
      stream.write(`\u001B[${height}F\u001B[0J`);
      update.done();
      drawn = [];
    },
    close: () => update.done(),
  };
}
