// Breaks a sentence into lines that fit the terminal.
import stringWidth from 'string-width';
import { printable } from './paint.js';

/** Lines of at most `columns` columns, broken between words; a longer word has a line of its own. */
export function wrapWords(sentence: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(sentence).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && stringWidth(longer) > columns) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
