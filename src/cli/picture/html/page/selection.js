// @ts-check
// What is highlighted: a task with what it depends on and what depends on it, the hits of a search, the tasks of one status, the
// critical path. And the pointer, which pans, chooses and shows hints.

const MAX_NEEDS_IN_HINT = 12;
/** @type {number[]} */
let hits = [];
let hit = -1;

/** Highlights these tasks and the lines between them; no argument ends it. @param {Set<number>} [lit] */
function highlight(lit, chosen = -1) {
  svg.classList.toggle('focused', lit !== undefined);
  tasks.forEach((task, index) => {
    task.classList.toggle('lit', lit !== undefined && lit.has(index));
    task.classList.toggle('chosen', index === chosen);
  });
  const mark = (/** @type {LineData[]} */ list, /** @type {number} */ firstLine, /** @type {number} */ firstTask) =>
    list.forEach(({ from, to }, number) => {
      const isLit = (/** @type {number[]} */ ends) => ends.some((end) => lit?.has(firstTask + end) === true);
      lines[firstLine + number]?.classList.toggle('lit', isLit(from) && isLit(to));
    });
  mark(data[direction].lines, 0, 0);
  for (const { lines: list, first } of data.insides) mark(list, first.line, first.task);
}

/** The tasks that can be reached from one. @param {number} start @param {(index: number) => number[]} next */
function reach(start, next) {
  const seen = new Set([start]);
  // The loop also visits the members that it adds.
  for (const index of seen) for (const other of next(index)) seen.add(other);
  return seen;
}

/** The sub-plan's tasks of a task stay visible with it. @param {Set<number>} lit */
function withInsides(lit) {
  for (const { parent, first, count } of data.insides)
    if (lit.has(parent)) for (let index = 0; index < count; index++) lit.add(first.task + index);
  return lit;
}

/** @param {number} index */
function choose(index) {
  clear();
  const needs = reach(index, (i) => data.tasks[i]?.needs ?? []);
  highlight(withInsides(new Set([...needs, ...reach(index, (i) => dependents[i] ?? [])])), index);
  focusBox(index);
  showDetails(index);
}

function clear() {
  search.value = '';
  byId('found').textContent = '';
  for (const chip of document.querySelectorAll('.chip')) chip.setAttribute('aria-pressed', 'false');
  byId('critical').setAttribute('aria-pressed', 'false');
  highlight();
}

search.addEventListener('input', () => {
  const text = search.value.trim().toLowerCase();
  clear();
  search.value = text;
  hit = -1;
  const isHit = (/** @type {TaskData} */ { id, about }) => `${id} ${about}`.toLowerCase().includes(text);
  hits = text === '' ? [] : data.tasks.flatMap((task, i) => (isHit(task) ? [i] : []));
  byId('found').textContent = text === '' ? '' : `${hits.length} found`;
  highlight(text === '' ? undefined : new Set(hits));
});
search.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || hits.length === 0) return;
  hit = (hit + (event.shiftKey ? hits.length - 1 : 1)) % hits.length;
  byId('found').textContent = `${hit + 1} of ${hits.length}`;
  const index = hits[hit] ?? -1;
  const inside = data.insides.find(({ first, count }) => index >= first.task && index < first.task + count);
  if (inside !== undefined && !opened.has(inside.parent)) toggle(inside.parent);
  centre(index);
  setTabStop(index);
  highlight(new Set(hits), index);
});
byId('header').addEventListener('click', ({ target }) => {
  const chip = target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest('.chip')) : null;
  if (chip === null) return;
  const isPressed = chip.getAttribute('aria-pressed') === 'true';
  clear();
  if (isPressed) return;
  chip.setAttribute('aria-pressed', 'true');
  highlight(new Set(data.tasks.flatMap((task, i) => (task.look === chip.dataset['look'] ? [i] : []))));
});
byId('critical').addEventListener('click', () => {
  const isPressed = byId('critical').getAttribute('aria-pressed') === 'true';
  clear();
  if (isPressed) return;
  byId('critical').setAttribute('aria-pressed', 'true');
  highlight(new Set(data.critical));
});

/** @param {Event} event @returns {HTMLElement | undefined} */
const taskAt = ({ target }) =>
  target instanceof Element
    ? (/** @type {HTMLElement | null} */ (target.closest('[data-task]')) ?? undefined)
    : undefined;

/** The item of a forEach whose square is there. @param {PointerEvent} event */
function itemAt(event) {
  const grid =
    event.target instanceof Element ? /** @type {SVGGElement | null} */ (event.target.closest('.grid')) : null;
  const matrix = grid?.getScreenCTM()?.inverse();
  const letters = data.tasks[Number(taskAt(event)?.dataset['task'] ?? -1)]?.items;
  if (matrix === undefined || letters === undefined) return undefined;
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
  const item = Math.floor(point.y / PITCH) * gridColumns(letters) + Math.floor(point.x / PITCH);
  return item < letters.length ? item : undefined;
}

/** @type {{ x: number, y: number, moved: boolean } | undefined} */
let drag;
/** The pointers that touch the picture: two zoom it. @type {Map<number, Pair>} */
const touches = new Map();

function onWheel(/** @type {WheelEvent} */ event) {
  event.preventDefault();
  const box = svg.getBoundingClientRect();
  const delta = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
  zoomBy(Math.exp(-Math.max(-240, Math.min(240, delta)) / 500), event.clientX - box.left, event.clientY - box.top);
}
svg.addEventListener('wheel', onWheel, { passive: false });
svg.addEventListener('pointerdown', (event) => {
  if (event.button !== 0) return;
  drag = { x: event.clientX, y: event.clientY, moved: false };
  touches.set(event.pointerId, [event.clientX, event.clientY]);
});
svg.addEventListener('pointermove', (event) => {
  if (drag === undefined) return showHint(event);
  const { x, y, moved } = drag;
  if (touches.size === 2) return pinch(event);
  if (!moved && Math.hypot(event.clientX - x, event.clientY - y) < 4) return;
  if (!moved) svg.setPointerCapture(event.pointerId);
  panBy(event.clientX - x, event.clientY - y);
  drag = { x: event.clientX, y: event.clientY, moved: true };
  svg.classList.add('dragging');
  hint.hidden = true;
});
svg.addEventListener('pointerup', (event) => {
  const moved = drag?.moved;
  endDrag(event);
  if (moved || event.button !== 0) return;
  const index = Number(taskAt(event)?.dataset['task'] ?? -1);
  const item = itemAt(event);
  if (index === -1) return clear();
  if (event.target instanceof Element && event.target.closest('.opener') !== null) return toggle(index);
  choose(index);
  if (item !== undefined) showDetails(index, item);
});
svg.addEventListener('dblclick', (event) => toggle(Number(taskAt(event)?.dataset['task'] ?? -1)));
svg.addEventListener('pointercancel', endDrag);
svg.addEventListener('pointerleave', () => {
  hint.hidden = true;
});

/** @param {PointerEvent} event */
function endDrag({ pointerId }) {
  touches.delete(pointerId);
  drag = undefined;
  svg.classList.remove('dragging');
}

/** @param {PointerEvent} event */
function pinch(event) {
  const other = [...touches].find(([id]) => id !== event.pointerId)?.[1];
  const before = touches.get(event.pointerId);
  if (other === undefined || before === undefined) return;
  const distance = (/** @type {Pair} */ [x, y]) => Math.max(1, Math.hypot(x - other[0], y - other[1]));
  /** @type {Pair} */ const now = [event.clientX, event.clientY];
  const box = svg.getBoundingClientRect();
  zoomBy(distance(now) / distance(before), (now[0] + other[0]) / 2 - box.left, (now[1] + other[1]) / 2 - box.top);
  touches.set(event.pointerId, now);
  if (drag !== undefined) drag = { x: now[0], y: now[1], moved: true };
}

/** @param {PointerEvent} event */
function showHint(event) {
  const task = data.tasks[Number(taskAt(event)?.dataset['task'] ?? -1)];
  hint.hidden = task === undefined || event.pointerType === 'touch';
  if (task === undefined || hint.hidden) return;
  const item = itemAt(event);
  const rows = item === undefined ? hintRows(task) : [data.looks[task.items?.[item] ?? '']?.word ?? ''];
  const title = htmlElement('b', item === undefined ? task.id : `${task.id}[${item}]`);
  hint.replaceChildren(title, ...rows.map((row) => htmlElement('span', row)));
  const area = /** @type {HTMLElement} */ (svg.parentElement).getBoundingClientRect();
  const x = event.clientX - area.left + 14;
  const y = event.clientY - area.top + 14;
  const isTooLow = y + hint.offsetHeight + 8 > area.height;
  hint.style.left = `${Math.max(4, Math.min(x, area.width - hint.offsetWidth - 8))}px`;
  hint.style.top = `${isTooLow ? Math.max(4, y - hint.offsetHeight - 28) : y}px`;
}

/** @param {TaskData} task */
function hintRows({ about, word, waits, detail, needs }) {
  const names = needs.slice(0, MAX_NEEDS_IN_HINT).map((i) => data.tasks[i]?.id);
  const more = needs.length - names.length;
  const needsRow = names.length === 0 ? '' : `needs ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const status = [waits ?? word, detail].filter((part) => part !== undefined && part !== '').join(' · ');
  return [about, status, needsRow].filter((row) => row !== '');
}
