// Mermaid's flowchart, for GitHub and wikis. Vertices are t0, t1, …: Mermaid trips over ids such as `end` or `default`.
import { foldRows, rowId, rowAbout, type Row } from '../../domain/picture-rows.js';
import { pictureGraph } from '../../domain/picture-graph.js';
import type { Picture, PictureTask } from '../../domain/picture.js';
import { statusLook } from '../../domain/status-look.js';
import type { TaskStatus } from '../../domain/status.js';
import { oneLine } from '../../domain/one-line.js';
import { fitText } from './fit.js';

const MAX_LABEL = 80;
/** Mermaid refuses more lines unless the page that shows them raises its `maxEdges`; beyond it, like tasks are folded. */
const MAX_EDGES = 499;

const shapes: Readonly<Record<PictureTask['kind'], readonly [string, string]>> = {
  agent: ['[', ']'],
  race: ['[', ']'],
  vote: ['[', ']'],
  plan: ['[[', ']]'],
  decompose: ['[/', '/]'],
  approve: ['{{', '}}'],
  wait: ['([', '])'],
  event: ['>', ']'],
};

export function renderMermaid(picture: Picture): string {
  const graph = pictureGraph(picture.tasks);
  const isLarge = graph.needs.flat().length > MAX_EDGES;
  const rows = foldRows(picture, graph, isLarge ? 0 : Infinity);
  const numbers = new Map(rows.map((row, index) => [row, index]));
  const edges = rows.flatMap((row, to) => row.needs.map((need) => `  t${numbers.get(need) ?? 0} --> t${to}`));
  const statuses = new Set(picture.tasks.flatMap(({ status }) => status ?? []));
  return [
    ...(edges.length > MAX_EDGES ? [`%% ${edges.length} lines: raise Mermaid's maxEdges (500) to show them`] : []),
    'flowchart LR',
    `  accTitle: ${quoted(picture.name)}`,
    ...rows.map((row, index) => `  ${vertex(row, index)}`),
    ...edges,
    ...[...statuses].map((status) => `  classDef ${className(status)} ${statusStyle(status)}`),
    ...[...statuses].map((status) => `  class ${membersOf(rows, status)} ${className(status)}`),
    ...rows.flatMap((row, index) =>
      row.tasks[0]?.conditional === true ? [`  style t${index} stroke-dasharray:5 3`] : [],
    ),
    '',
  ].join('\n');
}

function vertex(row: Row, index: number): string {
  const task = row.tasks[0];
  const [open, close] = shapes[task?.kind ?? 'agent'];
  const glyph = task?.status === undefined ? '' : `${statusLook[task.status].glyph} `;
  const lines = [`${glyph}${rowId(row)}`, ...rowAbout(row)];
  return `t${index}${open}"${lines.map((text) => quoted(fitText(text, MAX_LABEL))).join('<br/>')}"${close}`;
}

/** Mermaid reads `#…;` as an entity; all that could mean something to it, or to the HTML that it makes, becomes one. */
function quoted(text: string): string {
  return oneLine(text).replace(
    /[^\p{L}\p{N} .,:_/!?·…✓✗○●↷↺↻↶⊘-]/gu,
    (character) => `#${character.codePointAt(0) ?? 63};`,
  );
}

/** A class may not be called `default`. */
function className(status: TaskStatus): string {
  return `is-${status}`;
}

function membersOf(rows: readonly Row[], status: TaskStatus): string {
  return rows.flatMap((row, index) => (row.tasks[0]?.status === status ? [`t${index}`] : [])).join(',');
}

/** Mermaid draws one theme at a time and is not told which: light boxes with dark text are legible on both. */
function statusStyle(status: TaskStatus): string {
  const { ink, fill } = statusLook[status].light;
  return `fill:${fill},stroke:${ink},color:#16202c`;
}
