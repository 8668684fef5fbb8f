// The picture as one HTML page without external resources: it contains its style, script and data. The Content-Security-Policy has
// the hashes of the style and the script, so that injected code does not run.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pictureGraph } from '../../../domain/picture/graph.js';
import { describeTask } from '../../../domain/picture/rows.js';
import type { Picture } from '../../../domain/picture/picture.js';
import { countStatuses, statusLook } from '../../../domain/picture/status-style.js';
import { oneLine } from '../../../domain/text/one-line.js';
import { escapeJson, escapeMarkup } from '../escape.js';
import { round } from '../layout/geometry.js';
import { pageStyle } from './style.js';
import { boxSize } from '../svg/size.js';
import { drawPicture, type Drawing } from '../svg/svg.js';

export function renderHtml(picture: Picture): string {
  const drawing = drawPicture(picture);
  const style = pageStyle();
  const script = readFileSync(new URL('./page/script.js', import.meta.url), 'utf8');
  const policy = `default-src 'none'; img-src data:; style-src ${hash(style)}; script-src ${hash(script)}`;
  const name = escapeMarkup(oneLine(picture.name));
  const shown = picture.state ?? picture.status;
  const status = shown === undefined ? '' : `<span class="run">${escapeMarkup(oneLine(shown))}</span>`;
  const notes = (picture.notes ?? []).map((note) => `<li>${escapeMarkup(oneLine(note))}</li>`).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${name}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1 title="${name}">${name}</h1>
${status}
<div class="chips">${chips(picture)}</div>
<div class="tools">
<span class="found" id="found" role="status"></span>
<input id="search" type="search" placeholder="Find a task ( / )" aria-label="Find a task">
<button id="out" type="button" aria-label="Zoom out" title="Zoom out ( - )">−</button>
<button id="in" type="button" aria-label="Zoom in" title="Zoom in ( + )">+</button>
<button id="fit" type="button" title="Fit to the window ( 0 )">Fit</button>
</div>
</header>
${notes === '' ? '' : `<ul class="notes">${notes}</ul>\n`}<main>
<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="img" aria-label="${name}"><g id="view">
${drawing.markup}
</g></svg>
<div id="hint" hidden></div>
</main>
<script type="application/json" id="data">${escapeJson(pageData(picture, drawing))}</script>
<script>${script}</script>
</body>
</html>
`;
}

function chips(picture: Picture): string {
  const counts = [...countStatuses(picture.tasks.map(({ status }) => status))];
  if (counts.length === 0)
    return `<span class="run">${picture.tasks.length} ${picture.tasks.length === 1 ? 'task' : 'tasks'}</span>`;
  return counts
    .map(([status, count]) => {
      const { glyph, word } = statusLook[status];
      const text = escapeMarkup(`${glyph} ${count} ${word}`);
      return `<button class="chip s-${status}" type="button" data-status="${status}" aria-pressed="false">${text}</button>`;
    })
    .join('');
}

function pageData(picture: Picture, { layout }: Drawing) {
  const { needs } = pictureGraph(picture.tasks);
  const size = boxSize(picture);
  return {
    width: round(layout.width),
    height: round(layout.height),
    /** The centre of each box. */
    boxes: layout.boxes.map(({ x, y }) => ({ x: round(x + size.width / 2), y: round(y + size.height / 2) })),
    lines: layout.lines.map(({ from, to }) => ({ from, to })),
    tasks: picture.tasks.map((task, index) => ({
      id: task.id,
      about: describeTask(task),
      needs: needs[index],
      detail: task.detail,
      ...(task.status === undefined ? {} : { status: task.status, word: statusLook[task.status].word }),
    })),
  };
}

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
