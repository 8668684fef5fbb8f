// @ts-check
// The keyboard, the buttons of the picture, and the start of the page. One box at a time can be reached with Tab; the arrow keys lead
// from there along the lines, and up and down within a column. Enter leads to the details, and Escape back.

/** Tab leads to this box. @param {number} index */
function setTabStop(index) {
  for (const box of svg.querySelectorAll('[data-task][tabindex="0"]')) box.setAttribute('tabindex', '-1');
  tasks[index]?.setAttribute('tabindex', '0');
}

/** @param {number} index */
function focusBox(index) {
  setTabStop(index);
  tasks[index]?.focus({ preventScroll: true });
}

/** The nearest box above or below. @param {number} from @param {1 | -1} step @param {0 | 1} axis */
function neighbour(from, step, axis) {
  const here = middleOf(from);
  const across = axis === 0 ? 1 : 0;
  const candidates = [...placed.keys()].flatMap((index) => {
    const there = middleOf(index);
    const distance = (there[axis] - here[axis]) * step;
    const isVisible =
      index < data[direction].boxes.length ||
      data.insides.some(
        ({ parent, first, count }) => opened.has(parent) && index >= first.task && index < first.task + count,
      );
    return distance > 1 && isVisible ? [{ index, cost: distance + 3 * Math.abs(there[across] - here[across]) }] : [];
  });
  return candidates.sort((a, b) => a.cost - b.cost)[0]?.index;
}

/** @param {number} from @param {string} key */
function nextBox(from, key) {
  const [back, on] = direction === 'right' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
  const task = data.tasks[from];
  if (key === back) return task?.needs[0];
  if (key === on) return dependents[from]?.[0];
  const step = key === 'ArrowDown' || key === 'ArrowRight' ? 1 : -1;
  return neighbour(from, step, direction === 'right' ? 1 : 0);
}

/** True if a box has the focus and takes the key. @param {string} key */
function keyOnBox(key) {
  const index = tasks.findIndex((box) => box !== undefined && box === document.activeElement);
  if (index === -1) return false;
  if (key.startsWith('Arrow')) {
    const next = nextBox(index, key);
    if (next === undefined) return true;
    focusBox(next);
    reveal(next);
    return true;
  }
  if (key === 'Enter') chooseByKey(index);
  else if (key === ' ') toggle(index);
  else return false;
  return true;
}

/** What a person may do is in the details. Escape leads back. @param {number} index */
function chooseByKey(index) {
  choose(index);
  details.focus();
}

function toggleLegend() {
  const legend = byId('legend');
  legend.hidden = !legend.hidden;
  byId('legend-button').setAttribute('aria-expanded', String(!legend.hidden));
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
  t: turn,
  l: toggleLegend,
  c: () => byId('critical').click(),
  Escape: () => {
    const box = details.contains(document.activeElement) ? tasks[shown] : undefined;
    clear();
    hideDetails();
    search.blur();
    box?.focus({ preventScroll: true });
  },
};
/** In a text that scrolls, the arrow keys scroll it. @param {EventTarget | null} target @param {string} key */
const isTypedIn = (target, key) =>
  target instanceof Element &&
  (target.matches('input, textarea') || (key.startsWith('Arrow') && target.matches('pre, .rows')));
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyped = isTypedIn(event.target, event.key);
  if (isTyped && event.key !== 'Escape') return;
  if (!isTyped && keyOnBox(event.key)) return event.preventDefault();
  if (!Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  hint.hidden = true;
  keys[event.key]?.();
});
byId('in').addEventListener('click', () => zoomBy(1.25));
byId('out').addEventListener('click', () => zoomBy(0.8));
byId('fit').addEventListener('click', fit);
byId('turn').addEventListener('click', turn);
byId('legend-button').addEventListener('click', toggleLegend);
let resizing = 0;
addEventListener('resize', () => {
  cancelAnimationFrame(resizing);
  resizing = requestAnimationFrame(() => {
    drawTimeline();
    if (isFitted) fit();
  });
});

readElements();
if (data.expand) data[direction].boxes.forEach((_, index) => canOpen(index) && opened.add(index));
drawTimeline();
place();
fitAtStart();
if (data.isLive && data.run !== undefined) {
  listen();
  setInterval(tick, 1_000);
}
