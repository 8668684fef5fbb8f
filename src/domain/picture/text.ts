// Draws a picture as text. This also runs in Workflow code, because the Web UI shows the text: it is deterministic, and it draws at
// most `limit` rows.
import { oneLine } from '../text/one-line.js';
import { truncateEnd } from '../text/truncate.js';
import { pictureGraph } from './graph.js';
import { foldRows, isAlone, rowAbout, rowId, type Row } from './rows.js';
import { drawRails } from './rails.js';
import { countStatuses, statusLook } from './status-style.js';
import type { TaskStatus } from '../task-status.js';
import type { Picture } from './picture.js';

export interface PictureTextOptions {
  /** The maximum number of rows. If there are more tasks, similar ones share a row, and the others are only counted. */
  readonly limit?: number;
  /** Colours a glyph. Default: no colour. */
  readonly paint?: (text: string, status: TaskStatus) => string;
}

/** Fits on the screen of a terminal, and keeps the details of the Web UI well below a kilobyte for each event. */
const DEFAULT_LIMIT = 60;
const MAX_ABOUT = 72;
const MAX_NAMED_NEEDS = 3;

/** The part of a cut picture that shows rows above the first task that has not ended. */
const PART_BEFORE = 1 / 4;

/**
 * Draws the DAG from top to bottom, as `git log --graph` draws commits. Lines that enter a task from the left, or turn into it (`╯`),
 * come from the tasks that it needs. A line that leaves to the right (`╮`, `┤`) joins others that lead to the same tasks.
 */
export function pictureText(picture: Picture, options: PictureTextOptions = {}): string {
  const { limit = DEFAULT_LIMIT, paint = plain } = options;
  const rows = foldRows(picture, pictureGraph(picture.tasks), limit);
  const from = windowStart(rows, limit);
  const shown = rows.slice(from, from + limit);
  const firstAlone = rows.length > 1 ? shown.findIndex(isAlone) : -1;
  const rails = drawRails(rows.slice(0, from + limit).filter((row) => !isAlone(row))).slice(from);
  const railWidth = Math.max(1, ...rails.map((rail) => rail.before.length + 1 + rail.after.length));
  const idWidth = Math.max(0, ...shown.map((row) => Array.from(rowId(row)).length));
  const lines = shown.map((row, index) => {
    const rail = rails[index] ?? { before: '', after: '', unseen: [] };
    const status = row.tasks[0]?.status ?? 'pending';
    const gap = ' '.repeat(railWidth - rail.before.length - 1 - rail.after.length);
    const id = rowId(row);
    const about = [truncateEnd(oneLine(rowAbout(row).join(' · ')), MAX_ABOUT), neededText(rail.unseen)]
      .filter((part) => part !== '')
      .join('  ');
    const text = `${rail.after}${gap}  ${id}${' '.repeat(idWidth - Array.from(id).length)}  ${about}`;
    const heading = index === firstAlone ? `${index === 0 ? '' : '\n'}on their own:\n` : '';
    return `${heading}${rail.before}${paint(statusLook[status].glyph, status)}${text}`.trimEnd();
  });
  const above = taskCount(rows.slice(0, from));
  const below = taskCount(rows.slice(from + limit));
  return [
    header(picture, paint),
    ...(picture.notes ?? []).map(oneLine),
    '',
    ...(above === '' ? [] : [`… ${above} before these${statusWords(rows.slice(0, from))}`]),
    ...lines,
    ...(below === '' ? [] : [`… and ${below.replace(/ /, ' more ')}${statusWords(rows.slice(from + limit))}`]),
  ].join('\n');
}

function plain(text: string): string {
  return text;
}

function header(picture: Picture, paint: (text: string, status: TaskStatus) => string): string {
  const counts = [...countStatuses(picture.tasks.map((task) => task.status))];
  const legend = counts.map(([status, count]) => {
    const { glyph, word } = statusLook[status];
    return `${paint(glyph, status)} ${count} ${word}`;
  });
  const size = `${picture.tasks.length} ${picture.tasks.length === 1 ? 'task' : 'tasks'}`;
  const shown = picture.state ?? picture.status;
  const status = shown === undefined ? [] : [oneLine(shown)];
  return [oneLine(picture.name), ...status, ...(legend.length === 0 ? [size] : legend)].join(' · ');
}

/** The first row that is shown if not all fit: tasks that have not ended matter more than tasks that have. */
function windowStart(rows: readonly Row[], limit: number): number {
  if (rows.length <= limit) return 0;
  const live = rows.findIndex((row) => row.tasks.some(({ status }) => status === undefined || isLive(status)));
  const first = live === -1 ? 0 : live - Math.floor(limit * PART_BEFORE);
  return Math.min(Math.max(0, first), rows.length - limit);
}

function isLive(status: TaskStatus): boolean {
  return status === 'pending' || status === 'running' || status === 'retrying' || status === 'compensating';
}

function neededText(rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const named = rows.slice(0, MAX_NAMED_NEEDS).map(rowId);
  const more = rows.length - named.length;
  return `← ${named.join(', ')}${more === 0 ? '' : ` +${more}`}`;
}

function taskCount(rows: readonly Row[]): string {
  const count = rows.reduce((sum, row) => sum + row.tasks.length, 0);
  return count === 0 ? '' : `${count} ${count === 1 ? 'task' : 'tasks'}`;
}

function statusWords(rows: readonly Row[]): string {
  const counts = [...countStatuses(rows.flatMap((row) => row.tasks.map((task) => task.status)))];
  return counts.length === 0 ? '' : `: ${counts.map(([s, count]) => `${count} ${statusLook[s].word}`).join(', ')}`;
}
