/** Tells lines from offsets, in the text that it was made of. */
export interface Lines {
  readonly total: number;
  readonly blank: number;
  /** The first line is 1. */
  at(offset: number): number;
}

export function linesOf(text: string): Lines {
  const lines = text.split('\n');
  // A line break ends a line; it does not begin one.
  const total = text === '' ? 0 : text.endsWith('\n') ? lines.length - 1 : lines.length;
  const starts: number[] = [];
  let start = 0;
  for (const line of lines) {
    starts.push(start);
    start += line.length + 1;
  }
  return {
    total,
    blank: lines.slice(0, total).filter((line) => line.trim() === '').length,
    at(offset) {
      let [low, high] = [0, starts.length];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (starts[middle]! <= offset) low = middle;
        else high = middle;
      }
      return low + 1;
    },
  };
}
