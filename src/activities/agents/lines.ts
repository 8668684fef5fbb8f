/** A program may print for ever without a line break; a longer line comes in pieces of this many characters. */
const MAX_LINE = 64 * 1024;

export interface Lines {
  push(text: string): void;
  /** Gives what came after the last line break. */
  end(this: void): void;
}

/** Cuts text that comes in pieces into lines, without holding more than one. */
export function linesOf(onLine: (line: string) => void): Lines {
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
