// The picture as a Mermaid flowchart, for GitHub and wikis. Vertices are t0, t1, …: Mermaid cannot parse ids such as `end` or `default`.
import { foldRows, rowId, rowAbout, type Row } from '../../domain/picture/rows.js';
import { pictureGraph } from '../../domain/picture/graph.js';
import type { Picture, PictureTask } from '../../domain/picture/picture.js';
import { statusLook } from '../../domain/picture/status-style.js';
import type { TaskStatus } from '../../domain/task-status.js';
import { oneLine } from '../../domain/text/one-line.js';
import { fitText } from './fit.js';

const MAX_LABEL = 80;
/** Mermaid rejects more lines unless the page that shows them raises its `maxEdges`. Above this, similar tasks are folded. */
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
  publish: ['[\\', '\\]'],
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
    ...(picture.notes === undefined ? [] : [`  accDescr: ${picture.notes.map(quoted).join(' · ')}`]),
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

/** Mermaid reads `#…;` as an entity. Every character with a meaning in Mermaid, or in the HTML that it makes, becomes an entity. */
function quoted(text: string): string {
  return oneLine(text).replace(
    /[^\p{L}\p{N} .,:_/!?·…✓✗○●↷↺↻↶⊘-]/gu,
    (character) => `#${character.codePointAt(0) ?? 63};`,
  );
}

/** The prefix avoids `default`, which is not a valid class name. */
function className(status: TaskStatus): string {
  return `is-${status}`;
}

function membersOf(rows: readonly Row[], status: TaskStatus): string {
  return rows.flatMap((row, index) => (row.tasks[0]?.status === status ? [`t${index}`] : [])).join(',');
}

/** The theme of the page is unknown: light boxes with dark text are legible on light and dark pages. */
function statusStyle(status: TaskStatus): string {
  const { ink, fill } = statusLook[status].light;
  return `fill:${fill},stroke:${ink},color:#16202c`;
}
