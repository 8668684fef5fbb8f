// The lines to the left of the rows. A rail is a column that leads from one or more rows down to all that need them.
// R1. What enters a row comes from the left, or ends in it from the right (`╯`); what leaves it to the right joins (`┤`).
// R2. Rows with the same dependents share one rail, so a fan-in of 500 is one column.
// R3. A row right under another one, with no line to its left or right, needs that one; else the lines say what it needs.
// R4. There are at most MAX_RAILS. A row whose output found no rail is named by those that need it (`unseen`).
import type { Row } from './picture-rows.js';

export interface RailLine {
  /** What is drawn left of the row's glyph, and right of it. */
  readonly before: string;
  readonly after: string;
  /** Needs that no line shows. */
  readonly unseen: readonly Row[];
}

interface Rail {
  readonly to: string;
  readonly waiting: Set<Row>;
  readonly branches: boolean;
  touched: boolean;
}

/** With two characters each, the lines leave most of 80 columns to the words. */
const MAX_RAILS = 10;

type Columns = (Rail | undefined)[];

export function drawRails(rows: readonly Row[]): RailLine[] {
  const columns: Columns = Array.from({ length: MAX_RAILS });
  const numbers = new Map(rows.map((row, index) => [row, index]));
  const targets = rows.map((row) => row.dependents.map((other) => numbers.get(other) ?? `+`).join());
  const lastTo = new Map(targets.map((to, index) => [to, index]));
  const unrailed = new Set<Row>();
  let last = { place: -1, leaving: -1, to: '' };
  return rows.map((row, index) => {
    const to = targets[index] ?? '';
    const before = [...columns];
    const entering = before.flatMap((rail, column) => (rail?.waiting.has(row) === true ? [column] : []));
    for (const column of entering) {
      const rail = before[column];
      if (rail === undefined) continue;
      rail.touched = true;
      rail.waiting.delete(row);
      if (rail.waiting.size === 0) columns[column] = undefined;
    }
    const joined = columns.findIndex((rail) => rail?.to === to && !rail.touched);
    const isStranger = entering.length === 0 && last.leaving !== last.place && last.to !== to;
    const isOneNeedOfMany = entering.length > 1 && last.leaving === last.place && entering.includes(last.place);
    const avoid = isStranger || isOneNeedOfMany ? last.place : -1;
    const place = rowColumn({ columns, before, entering, joined, avoid });
    let leaving = joined > place && row.dependents.length > 0 ? joined : -1;
    if (leaving === -1 && row.dependents.length > 0) {
      const isLast = (lastTo.get(to) ?? index) === index;
      const next = rows[index + 1];
      const isOneOfMany = targets[index + 1] === to && next !== undefined && sameRows(row.needs, next.needs);
      const isIndented = columns.some((rail, column) => rail !== undefined && column < place);
      const aside = columns.findIndex((rail, column) => column > place && !rail && !before[column]);
      leaving = isLast || aside === -1 || !(isIndented || isOneOfMany) ? place : aside;
      if (leaving < MAX_RAILS) {
        columns[leaving] = {
          to,
          waiting: new Set(row.dependents),
          branches: row.dependents.length > 1,
          touched: false,
        };
      } else unrailed.add(row);
    }
    last = { place, leaving, to };
    return {
      ...drawLine({ before, after: columns, entering, place, leaving }),
      unseen: row.needs.filter((need) => unrailed.has(need)),
    };
  });
}

function sameRows(a: readonly Row[], b: readonly Row[]): boolean {
  return a.length === b.length && a.every((row, index) => row === b[index]);
}

interface Place {
  readonly columns: Columns;
  readonly before: Columns;
  readonly entering: readonly number[];
  readonly joined: number;
  /** The column of the row above, where being right under it would say something else (R3). */
  readonly avoid: number;
}

/** Right of every rail that enters and goes on (R1); under a branch, one to its right; else as far left as is free. */
function rowColumn({ columns, before, entering, joined, avoid }: Place): number {
  const [only] = entering.length === 1 ? entering : [];
  const ends = (column: number) => columns[column] === undefined;
  const isBranch = only !== undefined && before[only]?.branches === true;
  if (only !== undefined && ends(only) && !isBranch && (joined === -1 || only < joined)) return only;
  const onward = entering.filter((column) => !ends(column));
  const least = Math.max(-1, ...onward, isBranch ? only : -1) + 1;
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

/** By the sum of the arms: up 1, down 2, left 4, right 8. */
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
