// The top of a page: which run it is, its state and its times, what it waits for, and how many tasks have which status.
import { formatDuration } from '../../../domain/duration.js';
import { countLooks } from '../../../domain/picture/looks.js';
import type { DrawnRun, Picture } from '../../../domain/picture/picture.js';
import { oneLine } from '../../../domain/text/one-line.js';
import { escapeMarkup } from '../escape.js';
import type { PageOptions, RunPage } from './run-page.js';

const text = (value: string): string => escapeMarkup(oneLine(value));

export function headerMarkup({ picture }: RunPage, { isLive = false, hasHome = false }: PageOptions): string {
  const name = text(picture.name);
  const shown = picture.state ?? picture.status;
  const { run } = picture;
  const status =
    shown === undefined ? '' : `<span class="run r-${text(shown).replace(/[^a-z]/g, '')}">${text(shown)}</span>`;
  // The first note repeats which run it is.
  const notes = (picture.notes ?? []).slice(run === undefined ? 0 : 1).map((note) => `<li>${text(note)}</li>`);
  return `<div class="top">
${hasHome ? '<a class="home" href="./" aria-label="All runs" title="All runs">☰</a>\n' : ''}<h1 title="${name}">${name}</h1>
${status}
<div class="chips">${chips(picture)}</div>
<div class="find">
<span class="found" id="found" role="status"></span>
<input id="search" type="search" placeholder="Find a task ( / )" aria-label="Find a task">
</div>
</div>
${run === undefined ? '' : runMarkup(picture, run, isLive)}
${notes.length === 0 ? '' : `<ul class="notes">${notes.join('')}</ul>`}`;
}

function runMarkup(picture: Picture, { id, startedAt, now, isOpen, page }: DrawnRun, isLive: boolean): string {
  const link =
    page === undefined
      ? ''
      : `<span><a href="${escapeMarkup(page)}" target="_blank" rel="noreferrer">Temporal Web UI</a> <span class="aside">its tab User Metadata draws the tasks, too; press R there to refresh</span></span>`;
  const actions = isLive && isOpen ? `<span class="acts">${actButtons(picture)}</span>` : '';
  return `<div class="facts"><span>run <b>${text(id)}</b></span><span>started ${timeMarkup(startedAt)}</span><span>${
    isOpen ? 'running for' : 'took'
  } <span id="took">${text(formatDuration(Math.max(0, now - startedAt)))}</span></span><span>${
    isOpen ? 'as of' : 'ended'
  } <span id="as-of">${timeMarkup(now)}</span></span>${link}${isLive ? '<span id="connection" role="status"></span>' : ''}${actions}</div>`;
}

/** What the run would refuse is not offered. */
function actButtons({ status, state }: Picture): string {
  if (state === 'cancelling' || state === 'compensating') return '';
  const [act, label] = status === 'paused' ? ['resume', 'Resume'] : ['pause', 'Pause'];
  return `<button type="button" data-act="${act}">${label}</button><button type="button" data-act="cancel" class="danger">Cancel run</button>`;
}

/** `2026-11-27 09:00:12 UTC` */
function timeMarkup(time: number): string {
  const iso = new Date(time).toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
}

function chips(picture: Picture): string {
  const counts = countLooks(picture.tasks);
  if (counts.length === 0)
    return `<span class="run">${picture.tasks.length} ${picture.tasks.length === 1 ? 'task' : 'tasks'}</span>`;
  return counts
    .map(({ name, glyph, word, count }) => {
      const label = escapeMarkup(`${glyph} ${count} ${word}`);
      return `<button class="chip s-${name}" type="button" data-look="${name}" aria-pressed="false">${label}</button>`;
    })
    .join('');
}
