// Splits text that arrives in pieces into lines.

/** A program may print without end and without a line break: a longer line is passed on in pieces of at least this many characters. */
const MAX_LINE = 64 * 1024;

export interface LineSplitter {
  push(text: string): void;
  /** Passes on the text after the last line break. */
  end(this: void): void;
}

/** Calls `onLine` for each line, and never holds more than one. */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  let rest = '';
  return {
    push(text) {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop() ?? '';
      lines.forEach(onLine);
      if (rest.length > MAX_LINE) {
        onLine(rest);
        rest = '';
      }
    },
    end() {
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}
