// Fits text to the width of a terminal: cut, or wrapped between words. The text may have Baton's colours.
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { inColours, printable } from './paint.js';

/** Truncated with `…` to at most `columns` columns. */
export function fit(raw: string, columns: number): string {
  const text = printable(raw);
  if (columns === Infinity || stringWidth(text) <= columns) return text;
  return inColours(text, (coloured) => cliTruncate(coloured, Math.max(1, columns)));
}

/** On a narrower terminal, an indent would leave no room for words. */
const LEAST_FOR_INDENT = 24;

/** The lines of a text. Words that are wider than the terminal are parted; no other words are. Further lines are indented. */
export function wrap(raw: string, columns: number): string[] {
  const text = printable(raw);
  if (columns === Infinity) return text.split('\n');
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(1, columns)));
}

function wrapLine(line: string, columns: number): string[] {
  if (stringWidth(line) <= columns) return [line];
  const own = /^ */.exec(line)![0];
  // A single word, such as an address, is parted as late as possible.
  const isIndented = columns >= LEAST_FOR_INDENT && line.trim().includes(' ');
  const indent = isIndented ? `${own}  ` : '';
  const wrapped = inColours(line.trimStart(), (coloured) =>
    wrapAnsi(coloured, columns - indent.length, { hard: true }),
  );
  return wrapped.split('\n').map((part, at) => `${at === 0 ? indent.slice(2) : indent}${part.trimEnd()}`);
}

/** A part of a command that the shell reads as one word. */
const SHELL_WORD = /(?:'[^']*'|\\.|[^\s'\\])+/g;
const NEXT = ' \\';

/** The lines of a command for the shell, so that it can be copied as a whole: all but the last end with a backslash. */
export function wrapCommand(command: string, columns: number): string[] {
  const indent = /^ */.exec(command)![0];
  const lines: string[] = [];
  let line = indent;
  for (const word of command.match(SHELL_WORD) ?? []) {
    const longer = line.trim() === '' ? `${line}${word}` : `${line} ${word}`;
    if (line.trim() === '' || stringWidth(longer) + NEXT.length <= columns) line = longer;
    else {
      lines.push(`${line}${NEXT}`);
      line = `${indent}  ${word}`;
    }
  }
  return stringWidth(command) <= columns ? [command] : [...lines, line];
}

/** The width of the terminal behind a stream; Infinity for a file or a pipe. */
export const columnsOf = ({ isTTY, columns }: NodeJS.WriteStream): number =>
  isTTY === true ? columns || 80 : Infinity;
