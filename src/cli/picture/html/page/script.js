// @ts-check
// The behaviour of the page: pan, zoom, search, hints, and what a task depends on. It runs in a browser, as a classic script.
// Everything from the plan is in the JSON of #data, and reaches the page as text only.
'use strict';

(() => {
  /**
   * @typedef {{ id: string, about: string, needs: number[], detail?: string, status?: string, word?: string }} TaskData
   * @typedef {{ x: number, y: number }} Point
   * @typedef {{ from: number[], to: number[] }} LineData
   * @typedef {{ width: number, height: number, boxes: Point[], lines: LineData[], tasks: TaskData[] }} PageData
   */

  /** @type {(id: string) => HTMLElement} */
  const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

  /** @type {PageData} */
  const data = JSON.parse(byId('data').textContent ?? '');
  const svg = /** @type {SVGSVGElement} */ (document.querySelector('svg.picture'));
  const view = byId('view');
  const hint = byId('hint');
  const search = /** @type {HTMLInputElement} */ (byId('search'));
  const found = byId('found');
  const tasks = [.../** @type {NodeListOf<SVGGElement>} */ (svg.querySelectorAll('[data-task]'))].sort(
    (a, b) => Number(a.dataset.task) - Number(b.dataset.task),
  );
  const lines = [.../** @type {NodeListOf<SVGGElement>} */ (svg.querySelectorAll('[data-line]'))];
  const chips = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('.chip'))];

  /** Below this zoom, text is illegible and not drawn. */
  const FAR = 0.4;
  const MAX_ZOOM = 4;
  /** A small picture is not enlarged more than this to fit the window. */
  const MAX_FIT = 1.5;
  const MARGIN = 24;
  const MAX_NEEDS_IN_HINT = 12;

  let at = { x: 0, y: 0, zoom: 1 };

  // The page has hints of its own. The titles are for an SVG that is opened without the page.
  for (const title of svg.querySelectorAll('.task > title')) {
    title.parentElement?.setAttribute('aria-label', title.textContent ?? '');
    title.remove();
  }

  function show() {
    view.setAttribute('transform', `translate(${at.x} ${at.y}) scale(${at.zoom})`);
    svg.classList.toggle('far', at.zoom < FAR);
  }

  function fittingZoom() {
    const wide = (svg.clientWidth - 2 * MARGIN) / data.width;
    const high = (svg.clientHeight - 2 * MARGIN) / data.height;
    return Math.max(0.01, Math.min(wide, high, MAX_FIT));
  }

  function fit() {
    const zoom = fittingZoom();
    at = { zoom, x: (svg.clientWidth - data.width * zoom) / 2, y: (svg.clientHeight - data.height * zoom) / 2 };
    show();
  }

  /** The point x, y keeps its position. @param {number} factor */
  function zoomBy(factor, x = svg.clientWidth / 2, y = svg.clientHeight / 2) {
    const minZoom = Math.min(fittingZoom(), 0.1);
    const zoom = Math.min(MAX_ZOOM, Math.max(minZoom, at.zoom * factor));
    const ratio = zoom / at.zoom;
    at = { zoom, x: x - (x - at.x) * ratio, y: y - (y - at.y) * ratio };
    show();
  }

  /** @param {number} x @param {number} y */
  function panBy(x, y) {
    at = { ...at, x: at.x + x, y: at.y + y };
    show();
  }

  /** Moves a task to the centre. @param {number} index */
  function centre(index) {
    const box = data.boxes[index];
    if (box === undefined) return;
    const zoom = Math.max(at.zoom, 1);
    hint.hidden = true;
    at = { zoom, x: svg.clientWidth / 2 - box.x * zoom, y: svg.clientHeight / 2 - box.y * zoom };
    show();
  }

  /** Highlights these tasks and the lines between them; no argument ends it. @param {Set<number>} [lit] */
  function highlight(lit, chosen = -1) {
    svg.classList.toggle('focused', lit !== undefined);
    tasks.forEach((task, index) => {
      task.classList.toggle('lit', lit !== undefined && lit.has(index));
      task.classList.toggle('chosen', index === chosen);
    });
    for (const line of lines) {
      const { from, to } = data.lines[Number(line.dataset.line)] ?? { from: [], to: [] };
      line.classList.toggle('lit', lit !== undefined && from.some((i) => lit.has(i)) && to.some((i) => lit.has(i)));
    }
  }

  /** The tasks that can be reached from one. @param {number} start @param {(index: number) => number[]} next */
  function reach(start, next) {
    const seen = new Set([start]);
    // The loop also visits the members that it adds.
    for (const index of seen) for (const other of next(index)) seen.add(other);
    return seen;
  }

  /** @type {number[][]} */
  const dependents = data.tasks.map(() => []);
  data.tasks.forEach((task, index) => task.needs.forEach((need) => dependents[need]?.push(index)));

  /** @param {number} index */
  function choose(index) {
    clear();
    const needs = reach(index, (i) => data.tasks[i]?.needs ?? []);
    highlight(new Set([...needs, ...reach(index, (i) => dependents[i] ?? [])]), index);
  }

  function clear() {
    search.value = '';
    found.textContent = '';
    for (const chip of chips) chip.setAttribute('aria-pressed', 'false');
    highlight();
  }

  /** @type {number[]} */
  let hits = [];
  let hit = -1;
  search.addEventListener('input', () => {
    const text = search.value.trim().toLowerCase();
    for (const chip of chips) chip.setAttribute('aria-pressed', 'false');
    hit = -1;
    const isHit = (/** @type {TaskData} */ { id, about }) => `${id} ${about}`.toLowerCase().includes(text);
    hits = text === '' ? [] : data.tasks.flatMap((task, i) => (isHit(task) ? [i] : []));
    found.textContent = text === '' ? '' : `${hits.length} found`;
    highlight(text === '' ? undefined : new Set(hits));
  });
  search.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || hits.length === 0) return;
    hit = (hit + (event.shiftKey ? hits.length - 1 : 1)) % hits.length;
    found.textContent = `${hit + 1} of ${hits.length}`;
    const index = hits[hit] ?? -1;
    centre(index);
    highlight(new Set(hits), index);
  });
  for (const chip of chips) {
    chip.addEventListener('click', () => {
      const isPressed = chip.getAttribute('aria-pressed') === 'true';
      clear();
      if (isPressed) return;
      chip.setAttribute('aria-pressed', 'true');
      highlight(new Set(data.tasks.flatMap((task, i) => (task.status === chip.dataset.status ? [i] : []))));
    });
  }

  /** @param {Event} event @returns {HTMLElement | undefined} */
  const taskAt = ({ target }) =>
    target instanceof Element
      ? (/** @type {HTMLElement | null} */ (target.closest('[data-task]')) ?? undefined)
      : undefined;

  /** @type {{ x: number, y: number, moved: boolean } | undefined} */
  let drag;
  function onWheel(/** @type {WheelEvent} */ event) {
    event.preventDefault();
    const box = svg.getBoundingClientRect();
    const delta = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    zoomBy(Math.exp(-Math.max(-240, Math.min(240, delta)) / 500), event.clientX - box.left, event.clientY - box.top);
  }
  svg.addEventListener('wheel', onWheel, { passive: false });
  svg.addEventListener('pointerdown', (event) => {
    if (event.button === 0) drag = { x: event.clientX, y: event.clientY, moved: false };
  });
  svg.addEventListener('pointermove', (event) => {
    if (drag === undefined) return showHint(event);
    const { x, y, moved } = drag;
    if (!moved && Math.hypot(event.clientX - x, event.clientY - y) < 4) return;
    if (!moved) svg.setPointerCapture(event.pointerId);
    panBy(event.clientX - x, event.clientY - y);
    drag = { x: event.clientX, y: event.clientY, moved: true };
    svg.classList.add('dragging');
    hint.hidden = true;
  });
  svg.addEventListener('pointerup', (event) => {
    const moved = drag?.moved;
    endDrag();
    if (moved) return;
    const task = taskAt(event);
    if (task !== undefined) choose(Number(task.dataset.task));
    else clear();
  });
  svg.addEventListener('pointercancel', endDrag);
  svg.addEventListener('pointerleave', () => {
    hint.hidden = true;
  });
  function endDrag() {
    drag = undefined;
    svg.classList.remove('dragging');
  }

  /** @param {PointerEvent} event */
  function showHint(event) {
    const task = data.tasks[Number(taskAt(event)?.dataset.task ?? -1)];
    hint.hidden = task === undefined;
    if (task === undefined) return;
    const title = document.createElement('b');
    title.textContent = task.id;
    hint.replaceChildren(title, ...hintRows(task).map(hintRow));
    const area = /** @type {HTMLElement} */ (svg.parentElement).getBoundingClientRect();
    const x = event.clientX - area.left + 14;
    const y = event.clientY - area.top + 14;
    const isTooLow = y + hint.offsetHeight + 8 > area.height;
    hint.style.left = `${Math.max(4, Math.min(x, area.width - hint.offsetWidth - 8))}px`;
    hint.style.top = `${isTooLow ? Math.max(4, y - hint.offsetHeight - 28) : y}px`;
  }

  /** @param {TaskData} task */
  function hintRows({ about, word, detail, needs }) {
    const names = needs.slice(0, MAX_NEEDS_IN_HINT).map((i) => data.tasks[i]?.id);
    const more = needs.length - names.length;
    const needsRow = names.length === 0 ? '' : `needs ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    const status = [word, detail].filter((part) => part !== undefined && part !== '').join(' · ');
    return [about, status, needsRow].filter((row) => row !== '');
  }

  /** @param {string} text */
  function hintRow(text) {
    const span = document.createElement('span');
    span.textContent = text;
    return span;
  }

  /** @type {Record<string, () => void>} */
  const keys = {
    '+': () => zoomBy(1.25),
    '=': () => zoomBy(1.25),
    '-': () => zoomBy(0.8),
    _: () => zoomBy(0.8),
    0: fit,
    ArrowLeft: () => panBy(80, 0),
    ArrowRight: () => panBy(-80, 0),
    ArrowUp: () => panBy(0, 80),
    ArrowDown: () => panBy(0, -80),
    '/': () => search.focus(),
    Escape: () => {
      clear();
      search.blur();
    },
  };
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
    if (event.target === search && event.key !== 'Escape') return;
    event.preventDefault();
    hint.hidden = true;
    keys[event.key]?.();
  });
  byId('in').addEventListener('click', () => zoomBy(1.25));
  byId('out').addEventListener('click', () => zoomBy(0.8));
  byId('fit').addEventListener('click', fit);
  fit();
})();
