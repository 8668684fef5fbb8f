// The picture as SVG: one file without external resources, light or dark as the viewer prefers.
import type { Picture } from '../../../domain/picture/picture.js';
import { countLooks } from '../../../domain/picture/looks.js';
import { oneLine } from '../../../domain/text/one-line.js';
import { escapeMarkup } from '../escape.js';
import { fitText, textWidth } from '../fit.js';
import { round, type Size } from '../layout/geometry.js';
import { layoutPicture, type Layout } from '../layout/layout.js';
import { drawBox } from './box.js';
import { drawFrames, drawLines } from './lines.js';
import { boxSize, LABEL_SIZE } from './size.js';
import { pictureStyle } from './style.js';

export interface Drawing extends Size {
  readonly layout: Layout;
  /** SVG elements; the upper left corner is at 0 0. */
  readonly markup: string;
  /** The part of each task. */
  readonly boxes: readonly string[];
}

const MARGIN = 24;
const TITLE_HEIGHT = 34;
const LEGEND_ROW = 26;
const MIN_WIDTH = 480;
const MAX_NAME = 48;

/** The tasks and lines, without the document around them. `first`: the numbers of the first task and the first line. */
export function drawPicture(
  picture: Picture,
  size = boxSize(picture),
  first = { task: 0, line: 0 },
  layOut = layoutPicture,
): Drawing {
  const layout = layOut(picture, { cell: size, rowGap: size.rowGap });
  const boxes = picture.tasks.map((task, index) =>
    drawBox(task, first.task + index, layout.boxes[index] ?? { x: 0, y: 0 }, size),
  );
  const markup = [drawFrames(layout), `<g class="lines">${drawLines(layout, first.line)}</g>`, ...boxes].join('\n');
  return { layout, markup, boxes, width: layout.width, height: layout.height };
}

export function renderSvg(picture: Picture): string {
  const drawing = drawPicture(picture);
  const width = Math.ceil(Math.max(MIN_WIDTH, drawing.width + 2 * MARGIN));
  const legend = drawLegend(picture, width);
  const notes = drawNotes(picture, width);
  const top = MARGIN + TITLE_HEIGHT + notes.height;
  const legendTop = top + drawing.height + MARGIN;
  const height = Math.ceil(legendTop + legend.height);
  const name = oneLine(picture.name);
  const shown = picture.state ?? picture.status;
  const title = [name, ...(shown === undefined ? [] : [oneLine(shown)])].join(' · ');
  const centred = round((width - drawing.width) / 2);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="picture" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escapeMarkup([title, ...(picture.notes ?? []).map(oneLine)].join(' · '))}</title>`,
    `<style>${pictureStyle()}</style>`,
    `<rect class="page" width="${width}" height="${height}"/>`,
    `<text class="name" x="${MARGIN}" y="${MARGIN + 10}">${escapeMarkup(fitText(title, MAX_NAME))}</text>`,
    ...notes.lines,
    `<g transform="translate(${centred} ${top})">${drawing.markup}</g>`,
    `<g transform="translate(0 ${round(legendTop)})">${legend.markup}</g>`,
    '</svg>',
    '',
  ].join('\n');
}

const NOTE_ROW = 18;
const MAX_NOTES = 6;

/** The lines below the title: which run it is, why it failed, what it waits for. The document's title has the full text. */
function drawNotes({ notes = [] }: Picture, width: number): { lines: string[]; height: number } {
  const columns = Math.floor((width - 2 * MARGIN) / textWidth('0', LABEL_SIZE));
  const lines = notes.slice(0, MAX_NOTES).map((note, row) => {
    const y = MARGIN + TITLE_HEIGHT + NOTE_ROW * row;
    return `<text class="legend" x="${MARGIN}" y="${y}">${escapeMarkup(fitText(oneLine(note), columns))}</text>`;
  });
  return { lines, height: lines.length === 0 ? 0 : NOTE_ROW * lines.length + 8 };
}

/** The statuses of the tasks with their counts, in rows that are at most as wide as the picture. */
function drawLegend(picture: Picture, width: number): { markup: string; height: number } {
  let x = MARGIN;
  let y = 0;
  const entries = countLooks(picture.tasks).map(({ name, glyph, word, count }) => {
    const text = `${count} ${word}`;
    const space = 24 + textWidth(text, LABEL_SIZE) + 18;
    if (x > MARGIN && x + space > width) [x, y] = [MARGIN, y + LEGEND_ROW];
    const entry =
      `<g class="s-${name}" transform="translate(${round(x)} ${y})"><circle class="mark" cx="9" cy="9" r="9"/>` +
      `<text class="glyph" x="9" y="13.5">${escapeMarkup(glyph)}</text><text class="legend" x="25" y="13">${escapeMarkup(text)}</text></g>`;
    x += space;
    return entry;
  });
  return { markup: entries.join(''), height: entries.length === 0 ? 0 : y + LEGEND_ROW + 8 };
}
