// Aligns rows of text in columns, for lists on stdout.
import stringWidth from 'string-width';
import { printable } from './paint.js';

/** The first row is the heading. Two spaces separate columns; the last column is not padded. */
export function textTable(cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(printable));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))));
  const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - stringWidth(text)));
  return rows
    .map((row) =>
      row
        .map((text, column) => pad(text, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
