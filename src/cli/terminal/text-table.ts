// Aligns rows of text in columns, for lists on stdout, and fits them to the width of the terminal.
import stringWidth from 'string-width';
import { fit } from './fit.js';
import { printable } from './paint.js';

export interface TableFit {
  /** Infinity if the width is not limited. */
  readonly width: number;
  /** By the heading of a column, the width to which it may be cut. Columns that are not named are not cut. */
  readonly cut?: Readonly<Record<string, number>>;
  /** The headings of columns to leave out, one after the other, if cutting is not enough. */
  readonly drop?: readonly string[];
}

type Rows = readonly (readonly string[])[];

const GAP = '  ';

/** The first row is the heading. Two spaces separate columns; the last column is not padded. */
export function textTable(cells: Rows, { width, cut = {}, drop = [] }: TableFit = { width: Infinity }): string {
  let rows: Rows = cells.map((row) => row.map(printable));
  const left = [...drop];
  let widths = fittingWidths(rows, width, cut);
  while (totalOf(widths) > width && left.length > 0) {
    rows = without(rows, left.shift()!);
    widths = fittingWidths(rows, width, cut);
  }
  return rows.map((row) => fit(lineOf(row, widths), width)).join('\n');
}

const lineOf = (row: readonly string[], widths: readonly number[]): string =>
  row
    .map((text, column) => padded(fit(text, widths[column] ?? 0), widths[column] ?? 0))
    .join(GAP)
    .trimEnd();

const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - stringWidth(text)));

const totalOf = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, widths.length - 1);

/** The widths of the columns. The widest of those that may be cut gives way first. */
function fittingWidths(rows: Rows, width: number, cut: NonNullable<TableFit['cut']>): number[] {
  const heading = rows[0] ?? [];
  const widths = heading.map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))));
  const least = heading.map((name, column) => cut[name] ?? widths[column]!);
  for (let excess = totalOf(widths) - width; excess > 0; excess--) {
    const spare = widths.map((one, column) => (one > least[column]! ? one : 0));
    const widest = Math.max(...spare);
    if (widest === 0) break;
    widths[spare.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function without(rows: Rows, heading: string): Rows {
  const at = rows[0]?.indexOf(heading) ?? -1;
  return at === -1 ? rows : rows.map((row) => row.filter((_, column) => column !== at));
}
