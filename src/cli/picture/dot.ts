// The picture in Graphviz' DOT language. Vertices are t0, t1, …; all text is quoted.
import { describeTask } from '../../domain/picture/rows.js';
import type { Picture, PictureTask } from '../../domain/picture/picture.js';
import { statusLook } from '../../domain/picture/status-style.js';
import { pictureGraph } from '../../domain/picture/graph.js';
import { oneLine } from '../../domain/text/one-line.js';

const shapes: Readonly<Record<PictureTask['kind'], string>> = {
  agent: 'box',
  race: 'box',
  vote: 'box',
  plan: 'component',
  decompose: 'tab',
  approve: 'hexagon',
  wait: 'ellipse',
  event: 'cds',
  publish: 'rarrow',
};

const PLAIN = { ink: '#3f5f8a', fill: '#ffffff' };

export function renderDot(picture: Picture): string {
  const { needs } = pictureGraph(picture.tasks);
  const shown = picture.state ?? picture.status;
  const title = [picture.name, ...(shown === undefined ? [] : [shown])].join(' · ');
  return [
    `digraph ${quoted([picture.name])} {`,
    `  graph [rankdir=LR, label=${quoted([title, ...(picture.notes ?? [])])}, labelloc=t, fontname="Helvetica"]`,
    '  node [fontname="Helvetica", fontsize=11, fontcolor="#16202c"]',
    '  edge [color="#7d8896", arrowsize=0.7]',
    ...picture.tasks.map((task, index) => `  t${index} [${attributes(task)}]`),
    ...needs.flatMap((from, to) => from.map((need) => `  t${need} -> t${to}`)),
    '}',
    '',
  ].join('\n');
}

function attributes(task: PictureTask): string {
  const look = task.status === undefined ? undefined : statusLook[task.status];
  const { ink, fill } = look?.light ?? PLAIN;
  const rows = [
    `${look === undefined ? '' : `${look.glyph} `}${task.id}`,
    describeTask(task),
    ...(task.detail === undefined ? [] : [task.detail]),
  ];
  const style = ['filled', ...(task.conditional === true ? ['dashed'] : [])].join(',');
  const stack = task.forEach === true ? ', peripheries=2' : '';
  return `label=${quoted(rows)}, shape=${shapes[task.kind]}, style=${JSON.stringify(style)}, color="${ink}", fillcolor="${fill}"${stack}`;
}

/** Rows of a label. Graphviz reads a backslash as an escape, and `&…;` as an entity. */
function quoted(rows: readonly string[]): string {
  const escaped = rows.map((row) => oneLine(row).replace(/&/g, '&amp;').replace(/[\\"]/g, '\\$&'));
  return `"${escaped.join('\\n')}"`;
}
