// What there is to draw of a plan or a run, and its form as text: the task's own words, no layout.
// Runs inside workflow code too (the Web UI shows the text), so it is deterministic and bounded: `limit` rows.
import { oneLine } from './one-line.js';
import { pictureGraph } from './picture-graph.js';
import { foldRows, isAlone, rowAbout, rowId, type Row } from './picture-rows.js';
import { drawRails } from './picture-rails.js';
import type { TaskKind } from './plan.js';
import { countStatuses, statusLook } from './status-look.js';
import type { TaskStatus } from './status.js';

export interface PictureTask {
  readonly id: string;
  readonly kind: TaskKind;
  /** The agent's type, the title of an approval, a duration, …: one line. */
  readonly label: string;
  readonly needs: readonly string[];
  /** Absent in the picture of a plan. */
  readonly status?: TaskStatus;
  /** `attempt 2 · 3.4s`, `40 of 120 items`. */
  readonly detail?: string;
  readonly forEach?: boolean;
  /** It has a `when`. */
  readonly conditional?: boolean;
  readonly compensates?: boolean;
}

export interface Picture {
  readonly name: string;
  /** Of the run; absent in the picture of a plan. */
  readonly status?: string;
  readonly tasks: readonly PictureTask[];
}

export interface PictureTextOptions {
  /** The most rows of tasks; beyond it, tasks that look alike share a row, and the rest is counted. */
  readonly limit?: number;
  /** Colours a glyph; the default leaves it as it is. */
  readonly paint?: (text: string, status: TaskStatus) => string;
}

/** Fits a terminal's screen, and keeps the Web UI's details well below a kilobyte for each event. */
const DEFAULT_LIMIT = 60;
const MAX_ABOUT = 72;
const MAX_NAMED_NEEDS = 3;
/** How much of a cut picture shows what came before the first task that is not over yet. */
const PART_BEFORE = 1 / 4;

/**
 * The DAG as text, top to bottom, as `git log --graph` draws commits: lines that enter a task from the left (or turn into
 * it, `╯`) come from what it needs, a line that leaves to the right (`╮`, `┤`) joins others on the way to the same tasks.
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
    const about = [cut(oneLine(rowAbout(row).join(' · ')), MAX_ABOUT), neededText(rail.unseen)]
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
  const status = picture.status === undefined ? [] : [oneLine(picture.status)];
  return [oneLine(picture.name), ...status, ...(legend.length === 0 ? [size] : legend)].join(' · ');
}

/** The first row to show of those that do not all fit: what goes on now matters more than what is over. */
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

function cut(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}
