// Draws the lines to the left of the rows. A rail is a column that leads from one or more rows down to all rows that need them.
// R1. A line that enters a row comes from the left, or ends in the row from the right (`╯`); a line that leaves a row to the right
//     joins a rail (`┤`).
// R2. Rows with the same dependents share one rail, so a fan-in of 500 takes one column.
// R3. A row directly under another one, with no line to its left or right, needs that one. Otherwise the lines show what it needs.
// R4. There are at most MAX_RAILS. If the output of a row found no rail, the rows that need it name it (`unseen`).
import type { Row } from './rows.js';

export interface RailLine {
  /** The text to the left of the row's glyph. */
  readonly before: string;
  /** The text to the right of the row's glyph. */
  readonly after: string;
  /** Needs that no line shows. */
  readonly unseen: readonly Row[];
}

interface Rail {
  readonly target: string;
  /** The rows that it still leads to. */
  readonly waiting: Set<Row>;
  readonly branches: boolean;
  /** True once a row has taken from it: no other row may join it then. */
  touched: boolean;
}

/** With two characters each, the rails leave most of 80 columns to the text. */
const MAX_RAILS = 10;

/** The rails by column. */
type Columns = (Rail | undefined)[];

/** The state that is carried from row to row. */
interface Drawing {
  readonly rows: readonly Row[];
  /** For each row, the rows that need it, as text: rows with the same text share a rail (R2). */
  readonly targets: readonly string[];
  /** For each target, the index of the last row that has it. */
  readonly lastTo: ReadonlyMap<string, number>;
  readonly columns: Columns;
  readonly unrailed: Set<Row>;
  above: DrawnRow;
}

interface DrawnRow {
  /** The column of the glyph. */
  readonly place: number;
  /** The column of the rail that leaves the row; -1 if nothing needs the row. */
  readonly leaving: number;
  readonly target: string;
}

export function drawRails(rows: readonly Row[]): RailLine[] {
  const numbers = new Map(rows.map((row, index) => [row, index]));
  const targets = rows.map((row) => row.dependents.map((other) => numbers.get(other) ?? `+`).join());
  const drawing: Drawing = {
    rows,
    targets,
    lastTo: new Map(targets.map((target, index) => [target, index])),
    columns: Array.from({ length: MAX_RAILS }),
    unrailed: new Set(),
    above: { place: -1, leaving: -1, target: '' },
  };
  return rows.map((row, index) => drawRow(drawing, row, index));
}

/** Draws one row, and changes the state to that below the row. */
function drawRow(drawing: Drawing, row: Row, index: number): RailLine {
  const { columns, above, unrailed } = drawing;
  const target = drawing.targets[index] ?? '';
  const before = [...columns];
  const entering = enter(row, columns);
  const joined = columns.findIndex((rail) => rail?.target === target && !rail.touched);
  const wouldMislead = isUnrelatedTo(above, entering, target) || needsMoreThan(above, entering);
  const place = rowColumn({ columns, before, entering, joined, avoid: wouldMislead ? above.place : -1 });
  const leaving = row.dependents.length === 0 ? -1 : joined > place ? joined : openRail(drawing, index, place, before);
  drawing.above = { place, leaving, target };
  return {
    ...drawLine({ before, after: columns, entering, place, leaving }),
    unseen: row.needs.filter((need) => unrailed.has(need)),
  };
}

/** Takes the row from the rails that lead to it, and ends those that lead to no other row. Returns the columns of these rails. */
function enter(row: Row, columns: Columns): number[] {
  const entering: number[] = [];
  for (const [column, rail] of columns.entries()) {
    if (rail?.waiting.delete(row) !== true) continue;
    entering.push(column);
    rail.touched = true;
    if (rail.waiting.size === 0) columns[column] = undefined;
  }
  return entering;
}

/** True if the row needs nothing, and no line leads from the row above to where this one would be: below it, it would seem to need it. */
const isUnrelatedTo = (above: DrawnRow, entering: readonly number[], target: string): boolean =>
  entering.length === 0 && above.leaving !== above.place && above.target !== target;

/** True if the row needs the row above and others: directly below it, it would seem to need only that one. */
const needsMoreThan = (above: DrawnRow, entering: readonly number[]): boolean =>
  entering.length > 1 && above.leaving === above.place && entering.includes(above.place);

/**
 * Opens a rail for the output of a row, and returns its column: that of the row, or one to its right for a row that others are
 * going to join. Without a free column, the result is MAX_RAILS and there is no rail (R4).
 */
function openRail(
  { rows, targets, lastTo, columns, unrailed }: Drawing,
  index: number,
  place: number,
  before: Columns,
) {
  const row = rows[index]!;
  const next = rows[index + 1];
  const isLast = lastTo.get(targets[index]!) === index;
  const hasSiblingBelow =
    next !== undefined && targets[index + 1] === targets[index] && sameRows(row.needs, next.needs);
  const hasRailToTheLeft = columns.some((rail, column) => rail !== undefined && column < place);
  const aside = columns.findIndex((rail, column) => column > place && !rail && !before[column]);
  const goesAside = !isLast && aside !== -1 && (hasRailToTheLeft || hasSiblingBelow);
  const leaving = goesAside ? aside : place;
  if (leaving < MAX_RAILS) {
    const { dependents } = row;
    columns[leaving] = {
      target: targets[index]!,
      waiting: new Set(dependents),
      branches: dependents.length > 1,
      touched: false,
    };
  } else unrailed.add(row);
  return leaving;
}

function sameRows(a: readonly Row[], b: readonly Row[]): boolean {
  return a.length === b.length && a.every((row, index) => row === b[index]);
}

interface Place {
  readonly columns: Columns;
  readonly before: Columns;
  readonly entering: readonly number[];
  readonly joined: number;
  /** The column of the row above if the row must not be directly under it (R3); -1 if it may. */
  readonly avoid: number;
}

/** Right of every rail that enters the row and continues below it (R1); one to the right under a branch; otherwise as far left as possible. */
function rowColumn({ columns, before, entering, joined, avoid }: Place): number {
  const [only] = entering.length === 1 ? entering : [];
  const ends = (column: number) => columns[column] === undefined;
  const isBranch = only !== undefined && before[only]?.branches === true;
  if (only !== undefined && ends(only) && !isBranch && (joined === -1 || only < joined)) return only;
  const continuing = entering.filter((column) => !ends(column));
  const least = Math.max(-1, ...continuing, isBranch ? only : -1) + 1;
  const free = columns.findIndex((rail, column) => column >= least && column !== avoid && rail === undefined);
  return free === -1 ? MAX_RAILS : free;
}

interface Line {
  readonly before: Columns;
  readonly after: Columns;
  readonly entering: readonly number[];
  readonly place: number;
  readonly leaving: number;
}

function drawLine({ before, after, entering, place, leaving }: Line): { before: string; after: string } {
  const leftmost = Math.min(place, ...entering);
  const rightmost = Math.max(place, leaving, ...entering);
  const last = Math.max(rightmost, before.findLastIndex(Boolean), after.findLastIndex(Boolean));
  const cells = Array.from({ length: last + 1 }, (_, column) => {
    const inside = column >= leftmost && column <= rightmost;
    const above = before[column] !== undefined;
    const below = after[column] !== undefined;
    const touches = column === leaving || entering.includes(column);
    if (!touches) return above ? '│' : inside ? '─' : ' ';
    const arms = (above ? 1 : 0) + (below ? 2 : 0) + (column > leftmost ? 4 : 0) + (column < rightmost ? 8 : 0);
    return CORNERS[arms] ?? ' ';
  });
  const links = cells.map((_, column) => (column >= leftmost && column < rightmost ? '─' : ' '));
  const join = (from: number, to: number) =>
    cells
      .slice(from, to)
      .map((cell, index) => `${cell}${links[from + index] ?? ' '}`)
      .join('');
  return { before: join(0, place), after: `${links[place] ?? ''}${join(place + 1, cells.length)}`.trimEnd() };
}

/** The corner for a sum of arms: up 1, down 2, left 4, right 8. */
const CORNERS: Readonly<Record<number, string>> = {
  3: '│',
  5: '╯',
  6: '╮',
  7: '┤',
  9: '╰',
  10: '╭',
  11: '├',
  13: '┴',
  14: '┬',
  15: '┼',
};
