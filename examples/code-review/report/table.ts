// Tables in Markdown that also read well as plain text: every column has one width.
import stringWidth from 'string-width';

export interface Column<T> {
  readonly title: string;
  readonly align?: 'right';
  cell(this: void, row: T): string;
}

export function table<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const body = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const widths = columns.map(({ title }, index) =>
    Math.max(3, stringWidth(title), ...body.map((cells) => stringWidth(cells[index]!))),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, index) => pad(cell, widths[index]!, columns[index]!.align)).join(' | ')} |`;
  const rule = widths.map((width, index) =>
    columns[index]!.align === 'right' ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  return [line(columns.map(({ title }) => title)), line(rule), ...body.map(line)].join('\n');
}

function pad(text: string, width: number, align: 'right' | undefined): string {
  const space = ' '.repeat(width - stringWidth(text));
  return align === 'right' ? space + text : text + space;
}
