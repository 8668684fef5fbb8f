// The picture as one HTML page without external resources: it contains its style, script and data. The Content-Security-Policy has
// the hashes of the style and the script, so that injected code does not run. A page that is served may also send requests to its own
// origin.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Picture } from '../../../domain/picture/picture.js';
import { oneLine } from '../../../domain/text/one-line.js';
import { escapeJson, escapeMarkup } from '../escape.js';
import { headerMarkup } from './header.js';
import { legendMarkup } from './legend.js';
import { drawPage } from './page-data.js';
import type { PageOptions, RunPage } from './run-page.js';
import { pageStyle } from './style.js';

/** In this order, each uses what the ones before it define. */
const SCRIPTS = ['model', 'view', 'drawing', 'selection', 'details', 'attempts', 'timeline', 'live', 'keys'];

export function renderHtml(picture: Picture): string {
  return renderPage({ picture, insides: new Map(), facts: new Map(), calls: [], critical: [] });
}

export function renderPage(page: RunPage, options: PageOptions = {}): string {
  const { picture } = page;
  const { markup, data } = drawPage(page, options);
  const name = escapeMarkup(oneLine(picture.name));
  const body = `<header id="header">${headerMarkup(page, options)}</header>
<div id="message" role="alert" hidden></div>
<div class="middle">
<main>
<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="group" aria-label="${name}: tasks and what they need"><g id="view">
${markup}
</g></svg>
<div class="tools" role="toolbar" aria-label="Picture">
<button id="out" type="button" aria-label="Zoom out" title="Zoom out ( - )">−</button>
<button id="in" type="button" aria-label="Zoom in" title="Zoom in ( + )">+</button>
<button id="fit" type="button" title="Fit to the window ( 0 )">Fit</button>
<button id="turn" type="button" title="Change between left to right and top to bottom ( t )">Turn</button>
<button id="critical" type="button" aria-pressed="false" hidden title="The tasks that the duration of the run depends on ( c )">Critical path</button>
<button id="legend-button" type="button" aria-expanded="false" aria-controls="legend" title="What shapes, colours and icons mean ( l )">Legend</button>
</div>
<div id="legend" hidden>${legendMarkup(picture)}</div>
<div id="hint" hidden></div>
</main>
<aside id="details" aria-label="Details of a task" tabindex="-1" hidden></aside>
</div>
<section id="timeline" aria-label="Timeline of attempts" hidden></section>
<script type="application/json" id="data">${escapeJson(data)}</script>`;
  return htmlDocument(picture.name, body, SCRIPTS, options);
}

/** `scripts`: names of files in the folder `page`. Everything in `body` is escaped already. */
export function htmlDocument(
  title: string,
  body: string,
  scripts: readonly string[],
  { isLive = false }: PageOptions,
): string {
  const style = pageStyle();
  const sources = scripts.map((name) => readFileSync(new URL(`./page/${name}.js`, import.meta.url), 'utf8'));
  const script = `'use strict';(() => {\n${sources.join('\n')}\n})();`;
  const connect = isLive ? "; connect-src 'self'" : '';
  const policy = `default-src 'none'; img-src data:; style-src ${hash(style)}; script-src ${hash(script)}${connect}; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${escapeMarkup(oneLine(title))}</title>
<style>${style}</style>
</head>
<body>
${body}
<script>${script}</script>
</body>
</html>
`;
}

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
