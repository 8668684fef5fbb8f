// The table of tasks for a screen of a given size. Pure: the same run, size and time give the same lines.
import stringWidth from 'string-width';
import type { RunResult } from '../../domain/run/result.js';
import { statusLook } from '../../domain/picture/status-style.js';
import type { Colours } from '../terminal/io.js';
import { fit } from '../terminal/fit.js';
import { pickRows } from './pick-rows.js';
import type { RunFacts } from './run-facts.js';
import { belowTask, itemOf, type SeenRun } from './seen-run.js';
import { taskRow, type TaskRow } from './task-row.js';

export { fit };

export interface TableSize {
  /** Infinity if the output has no limited width. */
  readonly columns: number;
  readonly rows: number;
}

const GAP = '  ';
const INDENT = '  ';
const MAX_ID = 32;
const MAX_LABEL = 28;
const MIN_ID = 10;
const MIN_LABEL = 8;
/** The share of ids in the width for ids and labels. */
const ID_SHARE = 0.6;
/** Wide enough for the items of a forEach, and for the beginning of a failure. */
const DETAIL_WIDTH = 28;
/** On a narrower terminal, the status is only shown as a glyph. */
const MIN_COLUMNS_FOR_WORD = 44;

interface TableOptions {
  readonly size: TableSize;
  readonly subRuns?: readonly SeenRun[];
  readonly now: number;
  readonly paint: Colours;
}

interface ShownRun {
  readonly snapshot: Pick<RunResult, 'tasks'>;
  readonly facts: RunFacts;
}

/** The rows of a sub-plan are below its task, and indented. */
function rowsOf({ snapshot, facts }: ShownRun, subRuns: readonly SeenRun[], now: number, before = ''): TaskRow[] {
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

/** Ids and labels share the width that the other columns leave. Labels are left out if they would be too short. */
function widthsOf(rows: readonly TaskRow[], columns: number): Widths {
  const word = columns < MIN_COLUMNS_FOR_WORD ? 0 : widest(rows.map(({ status }) => statusLook[status].word));
  const time = widest(rows.map(({ time: text }) => text));
  const detail = Math.min(DETAIL_WIDTH, widest(rows.map(({ detail: text }) => text)));
  const room = columns - 2 - word - time - detail - 4 * GAP.length;
  const label = Math.min(MAX_LABEL, widest(rows.map((row) => row.label)));
  const id = Math.min(
    MAX_ID,
    widest(rows.map((row) => row.id)),
    Math.max(MIN_ID, Math.floor(room * ID_SHARE), room - label),
  );
  const left = Math.min(label, room - id);
  return { id, label: left < Math.min(label, MIN_LABEL) ? 0 : left, word, time };
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

const widest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, stringWidth(text)), 0);
