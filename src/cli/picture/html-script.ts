// What moves in the page: pan, zoom, search, hints, and what a task depends on. Runs in a browser, so it is text here.
// All that comes from the plan is in the JSON of #data, and reaches the page as text only.
export const pageScript = String.raw`'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const svg = document.querySelector('svg.picture');
const view = document.getElementById('view');
const hint = document.getElementById('hint');
const search = document.getElementById('search');
const found = document.getElementById('found');
const tasks = [...svg.querySelectorAll('[data-task]')].sort((a, b) => a.dataset.task - b.dataset.task);
const lines = [...svg.querySelectorAll('[data-line]')];
const chips = [...document.querySelectorAll('.chip')];
const FAR = 0.4, NEAREST = 4, FIT_MOST = 1.5, MARGIN = 24;
let at = { x: 0, y: 0, zoom: 1 };

// The page has hints of its own; the titles are for those who open the picture without it.
for (const title of svg.querySelectorAll('.task > title')) {
  title.parentNode.setAttribute('aria-label', title.textContent);
  title.remove();
}

function show() {
  view.setAttribute('transform', 'translate(' + at.x + ' ' + at.y + ') scale(' + at.zoom + ')');
  svg.classList.toggle('far', at.zoom < FAR);
}
function smallest() {
  return Math.min(fitted(), 0.1);
}
function fitted() {
  const wide = (svg.clientWidth - 2 * MARGIN) / data.width, high = (svg.clientHeight - 2 * MARGIN) / data.height;
  return Math.max(0.01, Math.min(wide, high, FIT_MOST));
}
function fit() {
  const zoom = fitted();
  at = { zoom, x: (svg.clientWidth - data.width * zoom) / 2, y: (svg.clientHeight - data.height * zoom) / 2 };
  show();
}
function zoomBy(factor, x = svg.clientWidth / 2, y = svg.clientHeight / 2) {
  const zoom = Math.min(NEAREST, Math.max(smallest(), at.zoom * factor));
  const real = zoom / at.zoom;
  at = { zoom, x: x - (x - at.x) * real, y: y - (y - at.y) * real };
  show();
}
function panBy(x, y) {
  at = { ...at, x: at.x + x, y: at.y + y };
  show();
}
function bringUp(index) {
  const { x, y } = data.boxes[index];
  const zoom = Math.max(at.zoom, 1);
  hint.hidden = true;
  at = { zoom, x: svg.clientWidth / 2 - x * zoom, y: svg.clientHeight / 2 - y * zoom };
  show();
}

function light(lit, chosen = -1) {
  svg.classList.toggle('focused', lit !== undefined);
  tasks.forEach((task, index) => {
    task.classList.toggle('lit', lit !== undefined && lit.has(index));
    task.classList.toggle('chosen', index === chosen);
  });
  for (const line of lines) {
    const { from, to } = data.lines[line.dataset.line];
    line.classList.toggle('lit', lit !== undefined && from.some((i) => lit.has(i)) && to.some((i) => lit.has(i)));
  }
}
function reach(start, next) {
  const seen = new Set([start]);
  for (const index of seen) for (const other of next(index)) seen.add(other);
  return seen;
}
const dependents = data.tasks.map(() => []);
data.tasks.forEach((task, index) => task.needs.forEach((need) => dependents[need].push(index)));
function choose(index) {
  clear();
  light(new Set([...reach(index, (i) => data.tasks[i].needs), ...reach(index, (i) => dependents[i])]), index);
}
function clear() {
  search.value = '';
  found.textContent = '';
  for (const chip of chips) chip.setAttribute('aria-pressed', 'false');
  light();
}

let hits = [], hit = -1;
search.addEventListener('input', () => {
  const text = search.value.trim().toLowerCase();
  for (const chip of chips) chip.setAttribute('aria-pressed', 'false');
  hit = -1;
  hits = text === '' ? [] : data.tasks.flatMap((task, i) => ((task.id + ' ' + task.about).toLowerCase().includes(text) ? [i] : []));
  found.textContent = text === '' ? '' : hits.length + ' found';
  light(text === '' ? undefined : new Set(hits));
});
search.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || hits.length === 0) return;
  hit = (hit + (event.shiftKey ? hits.length - 1 : 1)) % hits.length;
  found.textContent = hit + 1 + ' of ' + hits.length;
  bringUp(hits[hit]);
  light(new Set(hits), hits[hit]);
});
for (const chip of chips) {
  chip.addEventListener('click', () => {
    const pressed = chip.getAttribute('aria-pressed') === 'true';
    clear();
    if (pressed) return;
    chip.setAttribute('aria-pressed', 'true');
    light(new Set(data.tasks.flatMap((task, i) => (task.status === chip.dataset.status ? [i] : []))));
  });
}

let drag;
svg.addEventListener('wheel', (event) => {
  event.preventDefault();
  const box = svg.getBoundingClientRect();
  const delta = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
  zoomBy(Math.exp(-Math.max(-240, Math.min(240, delta)) / 500), event.clientX - box.left, event.clientY - box.top);
}, { passive: false });
svg.addEventListener('pointerdown', (event) => {
  if (event.button === 0) drag = { x: event.clientX, y: event.clientY, moved: false };
});
svg.addEventListener('pointermove', (event) => {
  if (!drag) return hover(event);
  if (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 4) return;
  if (!drag.moved) svg.setPointerCapture(event.pointerId);
  panBy(event.clientX - drag.x, event.clientY - drag.y);
  drag = { x: event.clientX, y: event.clientY, moved: true };
  svg.classList.add('dragging');
  hint.hidden = true;
});
svg.addEventListener('pointerup', (event) => {
  const moved = drag?.moved;
  endDrag();
  const task = event.target.closest?.('[data-task]');
  if (moved) return;
  if (task) choose(Number(task.dataset.task));
  else clear();
});
svg.addEventListener('pointercancel', endDrag);
svg.addEventListener('pointerleave', () => { hint.hidden = true; });
function endDrag() {
  drag = undefined;
  svg.classList.remove('dragging');
}

function hover(event) {
  const element = event.target.closest?.('[data-task]');
  hint.hidden = !element;
  if (!element) return;
  const task = data.tasks[element.dataset.task];
  const names = task.needs.slice(0, 12).map((i) => data.tasks[i].id).join(', ');
  const more = task.needs.length > 12 ? ' and ' + (task.needs.length - 12) + ' more' : '';
  const rows = [task.about, [task.word, task.detail].filter(Boolean).join(' · '), names && 'needs ' + names + more];
  const title = document.createElement('b');
  title.textContent = task.id;
  hint.replaceChildren(title, ...rows.filter(Boolean).map((row) => {
    const span = document.createElement('span');
    span.textContent = row;
    return span;
  }));
  const area = svg.parentNode.getBoundingClientRect();
  const x = event.clientX - area.left + 14, y = event.clientY - area.top + 14;
  hint.style.left = Math.max(4, Math.min(x, area.width - hint.offsetWidth - 8)) + 'px';
  hint.style.top = (y + hint.offsetHeight + 8 > area.height ? Math.max(4, y - hint.offsetHeight - 28) : y) + 'px';
}

const keys = {
  '+': () => zoomBy(1.25), '=': () => zoomBy(1.25), '-': () => zoomBy(0.8), '_': () => zoomBy(0.8), '0': fit,
  ArrowLeft: () => panBy(80, 0), ArrowRight: () => panBy(-80, 0), ArrowUp: () => panBy(0, 80), ArrowDown: () => panBy(0, -80),
  '/': () => search.focus(), Escape: () => { clear(); search.blur(); },
};
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
  if (event.target === search && event.key !== 'Escape') return;
  event.preventDefault();
  hint.hidden = true;
  keys[event.key]();
});
document.getElementById('in').addEventListener('click', () => zoomBy(1.25));
document.getElementById('out').addEventListener('click', () => zoomBy(0.8));
document.getElementById('fit').addEventListener('click', fit);
fit();
`;
