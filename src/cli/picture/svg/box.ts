// The box of one task: its status, id, label and detail. The <title> has the full text; browsers show it as a hint.
import { describeTask } from '../../../domain/picture/rows.js';
import type { PictureTask } from '../../../domain/picture/picture.js';
import { statusLook, WAITING } from '../../../domain/picture/status-style.js';
import { escapeMarkup } from '../escape.js';
import { fitId, fitText } from '../fit.js';
import { round, type Point } from '../layout/geometry.js';
import { kindIcon, undoableIcon } from './icons.js';
import { ICONS_WIDTH, TEXT_LEFT, type BoxSize } from './size.js';

const RADIUS = 7;
/** The length of the pointed ends of a box that waits. They end where lines end, so that the arrow is seen. */
const POINT = 9;
/** The offset of the boxes in the stack of a forEach: downwards, because arrows end at the left and at the top. */
const STACK = 3;

export function drawBox(task: PictureTask, index: number, corner: Point, size: BoxSize): string {
  const { width, height, isDense } = size;
  const middle = height / 2;
  const status = task.status === undefined ? undefined : statusLook[task.status];
  const rect = (offset: number) =>
    `<rect class="box" x="${offset}" y="${offset}" width="${width}" height="${height}" rx="${RADIUS}"/>`;
  const glyph = task.waits === undefined ? status?.glyph : WAITING.glyph;
  const icon = (x: number, y: number) => kindIcon(task.kind, task.agentKind, x, y);
  // The slanted end of a box that waits leaves less room.
  const icons = width - ICONS_WIDTH + (task.waits === undefined ? 22 : 17);
  const iconTop = isDense ? middle - 6 : 9;
  const mark =
    status === undefined
      ? icon(11, middle - 6)
      : `<circle class="mark" cx="17" cy="${middle}" r="9"/><text class="glyph" x="17" y="${middle + 4.5}">${escapeMarkup(glyph ?? '')}</text>${icon(icons, iconTop)}`;
  const parts = [
    `<title>${escapeMarkup(titleOf(task))}</title>`,
    ...(task.forEach === true ? [rect(2 * STACK), rect(STACK)] : []),
    task.waits === undefined ? rect(0) : waitingShape(size),
    mark,
    ...(task.compensates === true ? [undoableIcon(status === undefined ? icons : icons - 17, iconTop)] : []),
    `<text class="id" x="${TEXT_LEFT}" y="${isDense ? middle + 4.5 : 19}">${escapeMarkup(fitId(task.id, size.idColumns))}</text>`,
    ...(isDense ? [] : rowsOf(task).map((text, row) => smallText(text, row, size))),
  ];
  const look = task.waits === undefined ? (task.status ?? 'none') : WAITING.name;
  const classes = ['task', `s-${look}`, ...(task.conditional === true ? ['conditional'] : [])];
  const place = `translate(${round(corner.x)} ${round(corner.y)})`;
  return `<g class="${classes.join(' ')}" data-task="${index}" transform="${place}">${parts.join('')}</g>`;
}

/** A box with pointed ends: nothing works on the task while it waits. */
function waitingShape({ width, height }: BoxSize): string {
  const middle = height / 2;
  const points = [
    [POINT, 0],
    [width - POINT, 0],
    [width, middle],
    [width - POINT, height],
    [POINT, height],
    [0, middle],
  ];
  return `<polygon class="box waiting" points="${points.map((point) => point.join()).join(' ')}"/>`;
}

/** Why a task failed is more important than how long it took, which the hint has, too. */
function rowsOf({ label, detail = '', why = '', waits }: PictureTask): string[] {
  if (why === '')
    return [label, waits === undefined ? detail : [waits, detail].filter((part) => part !== '').join(' · ')];
  const rest = detail.endsWith(why) ? detail.slice(0, -why.length).replace(/ · $/, '') : detail;
  return [[label, rest].filter((part) => part !== '').join(' · '), why];
}

function smallText(text: string, row: number, { labelColumns }: BoxSize): string {
  if (text === '') return '';
  return `<text class="label" x="${TEXT_LEFT}" y="${36 + 16 * row}">${escapeMarkup(fitText(text, labelColumns))}</text>`;
}

function titleOf(task: PictureTask): string {
  const lines = [
    task.id,
    describeTask(task),
    ...(task.status === undefined ? [] : [task.waits ?? statusLook[task.status].word]),
    ...(task.detail === undefined ? [] : [task.detail]),
    ...(task.needs.length === 0 ? [] : [`needs ${fitText(task.needs.join(', '), 300)}`]),
  ];
  return lines.join(' · ');
}
