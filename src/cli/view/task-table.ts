// The table of tasks, for a screen of a given size. Pure: the same run, size and time give the same lines.
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import type { RunResult } from '../../domain/run-result.js';
import { statusLook } from '../../domain/status-look.js';
import type { Colours } from '../io.js';
import { pickRows } from './pick-rows.js';
import type { RunFacts } from './run-facts.js';
import { belowTask, itemOf, type SeenRun } from './seen-run.js';
import { taskRow, type TaskRow } from './task-row.js';

export interface TableSize {
  /** Infinity where nobody counts columns. */
  readonly columns: number;
  readonly rows: number;
}

const GAP = '  ';
const INDENT = '  ';
const MAX_ID = 32;
const MAX_LABEL = 28;
const LEAST_ID = 10;
const LEAST_LABEL = 8;
/** Of the room for ids and labels. */
const ID_SHARE = 0.6;
/** Enough for the items of a forEach, and for the beginning of a failure. */
const DETAIL_ROOM = 28;
/** Below this the glyph has to do. */
const WORD_FROM_COLUMNS = 44;

interface TableOptions {
  readonly size: TableSize;
  readonly subRuns?: readonly SeenRun[];
  readonly now: number;
  readonly paint: Colours;
}

interface Shown {
  readonly snapshot: Pick<RunResult, 'tasks'>;
  readonly facts: RunFacts;
}

/** Those of a sub-plan stand below its task, further in. */
function rowsOf({ snapshot, facts }: Shown, subRuns: readonly SeenRun[], now: number, before = ''): TaskRow[] {
  return Object.entries(snapshot.tasks).flatMap(([id, task]) => [
    taskRow(`${before}${id}`, task, facts.tasks.get(id), now),
    ...belowTask(subRuns, facts, id).flatMap((sub) => {
      const item = itemOf(sub);
      const inner = ' '.repeat(before.length) + INDENT;
      return rowsOf(sub, subRuns, now, item === undefined ? inner : `${inner}[${item}] `);
    }),
  ]);
}

export function taskTable(
  result: Pick<RunResult, 'tasks'>,
  facts: RunFacts,
  { size, subRuns = [], now, paint }: TableOptions,
): string[] {
  const all = rowsOf({ snapshot: result, facts }, subRuns, now);
  const { rows, rest } = pickRows(all, size.rows);
  const widths = widthsOf(rows, size.columns);
  const lines = rows.map((row) => line(row, widths, paint));
  return [...lines, ...(rest === '' ? [] : [paint.dim(`… ${rest}`)])].map((text) => fit(text, size.columns));
}

type Widths = Readonly<Record<'id' | 'label' | 'word' | 'time', number>>;

/** Ids and labels share what the other columns leave; a label that would be a stump is left out. */
function widthsOf(rows: readonly TaskRow[], columns: number): Widths {
  const word = columns < WORD_FROM_COLUMNS ? 0 : widest(rows.map(({ status }) => statusLook[status].word));
  const time = widest(rows.map(({ time: text }) => text));
  const detail = Math.min(DETAIL_ROOM, widest(rows.map(({ detail: text }) => text)));
  const room = columns - 2 - word - time - detail - 4 * GAP.length;
  const label = Math.min(MAX_LABEL, widest(rows.map((row) => row.label)));
  const id = Math.min(
    MAX_ID,
    widest(rows.map((row) => row.id)),
    Math.max(LEAST_ID, Math.floor(room * ID_SHARE), room - label),
  );
  const left = Math.min(label, room - id);
  return { id, label: left < Math.min(label, LEAST_LABEL) ? 0 : left, word, time };
}

function line({ id, label, status, time, detail }: TaskRow, widths: Widths, paint: Colours): string {
  const { glyph, word, terminal } = statusLook[status];
  const colour = paint[terminal];
  const failed = terminal === 'red' ? paint.red : paint.dim;
  const columns = [
    `${colour(glyph)} ${cell(id, widths.id)}`,
    ...(widths.label === 0 ? [] : [paint.dim(cell(label, widths.label))]),
    ...(widths.word === 0 ? [] : [colour(cell(word, widths.word))]),
    ...(widths.time === 0 ? [] : [time.padStart(widths.time)]),
    ...(detail === '' ? [] : [failed(detail)]),
  ];
  return columns.join(GAP).trimEnd();
}

function cell(text: string, width: number): string {
  const cut = fit(text, width);
  return cut + ' '.repeat(Math.max(0, width - stringWidth(cut)));
}

/** Cut with `…` to at most so many columns. */
export const fit = (text: string, columns: number): string =>
  columns === Infinity || stringWidth(text) <= columns ? text : cliTruncate(text, Math.max(1, columns));

const widest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, stringWidth(text)), 0);
