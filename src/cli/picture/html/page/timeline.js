// @ts-check
// The timeline under the picture: a row for each task that has begun, with a bar for each attempt of its calls.

const timeline = byId('timeline');
const ROW = 20;
const LABEL_WIDTH = 170;
/** More rows are drawn on request. */
const MANY_ROWS = 200;
let isTimelineOpen = innerWidth >= NARROW;
let showsAllRows = false;

const CAPTION = 'a bar for each attempt; thin line: waiting; bold: the critical path';
const NOT_KNOWN = '; dashed: earlier attempts, whose times are not known';

function drawTimeline() {
  const { rows, span } = data.timeline;
  timeline.hidden = rows.length === 0;
  byId('critical').hidden = data.critical.length < 2;
  if (rows.length === 0) return;
  const title = htmlElement('button', `Timeline · ${durationText(span)}`);
  title.type = 'button';
  title.setAttribute('aria-expanded', String(isTimelineOpen));
  title.addEventListener('click', () => {
    isTimelineOpen = !isTimelineOpen;
    drawTimeline();
    if (isFitted) fit();
    /** @type {HTMLElement | null} */ (timeline.querySelector('button'))?.focus();
  });
  const hasUnknown = rows.some(({ bars }) => bars.some(({ unknown = 0 }) => unknown > 0));
  const parts = [title, htmlElement('span', hasUnknown ? `${CAPTION}${NOT_KNOWN}` : CAPTION, 'aside')];
  // What has the focus is replaced.
  const focused = timeline.contains(document.activeElement) ? document.activeElement : null;
  const focusedRow = rowOf(focused)?.dataset['row'];
  const scroll = timeline.querySelector('.rows')?.scrollTop ?? 0;
  const list = htmlElement('div', undefined, 'rows');
  if (isTimelineOpen) {
    const drawn = showsAllRows ? rows : rows.slice(0, MANY_ROWS);
    list.append(rowsElement(drawn, Math.max(1, span)));
    if (drawn.length < rows.length) list.append(moreButton(rows.length - drawn.length));
  }
  timeline.replaceChildren(...parts, ...(isTimelineOpen ? [list] : []));
  list.scrollTop = scroll;
  if (focusedRow !== undefined) focusRow(list.querySelector(`[data-row="${focusedRow}"]`));
  else if (focused?.matches('button') === true) title.focus();
}

/** @param {number} count */
function moreButton(count) {
  return actButton(`Show ${count} more tasks`, () => {
    showsAllRows = true;
    drawTimeline();
  });
}

/** @param {Timeline['rows']} rows @param {number} span */
function rowsElement(rows, span) {
  const labelWidth = innerWidth < NARROW ? 100 : LABEL_WIDTH;
  const width = Math.max(240, timeline.clientWidth - 34);
  const room = width - labelWidth - 12;
  const x = (/** @type {number} */ ms) => labelWidth + (Math.min(ms, span) / span) * room;
  const chart = svgElement('svg', { class: 'chart picture', width, height: rows.length * ROW, role: 'list' });
  const critical = new Set(data.critical);
  rows.forEach(({ task, bars }, row) => {
    const { id = '' } = data.tasks[task] ?? {};
    const group = svgElement('g', {
      transform: `translate(0 ${row * ROW})`,
      role: 'listitem',
      'data-row': task,
      class: critical.has(task) ? 'row critical' : 'row',
    });
    const columns = Math.floor(labelWidth / 7) - 2;
    const label = svgElement('text', { x: 4, y: 14, class: 'label' });
    label.textContent = id.length > columns ? `${id.slice(0, columns - 1)}…` : id;
    const last = bars.at(-1);
    const button = svgElement('g', {
      class: 'open',
      role: 'button',
      tabindex: row === 0 ? 0 : -1,
      'aria-label': last === undefined ? id : `${id}: ${barText(last, span)}`,
    });
    const title = svgElement('title');
    title.textContent = [id, ...bars.slice(0, 12).map((bar) => barText(bar, span))].join('\n');
    button.append(
      svgElement('rect', { class: 'back', width, height: ROW }),
      label,
      ...bars.flatMap((bar) => barElements(bar, x, span)),
      title,
    );
    group.append(button, ...bars.flatMap((bar) => attemptElements(bar, x)));
    chart.append(group);
  });
  return chart;
}

/** @param {EventTarget | null} target */
const rowOf = (target) =>
  target instanceof Element ? /** @type {SVGGElement | null} */ (target.closest('[data-row]')) : null;

timeline.addEventListener('click', ({ target }) => {
  const task = rowOf(target)?.dataset['row'];
  if (task === undefined) return;
  choose(Number(task));
  reveal(Number(task));
  const { attempt, call } = /** @type {SVGElement} */ (target).dataset;
  if (attempt !== undefined && call !== undefined) showAttempt(call, attempt);
});
/** The arrow keys lead from row to row. */
timeline.addEventListener('keydown', (event) => {
  const row = rowOf(event.target);
  if (row === null || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Enter' || event.key === ' ') chooseByKey(Number(row.dataset['row']));
  else if (event.key === 'ArrowDown') focusRow(row.nextElementSibling);
  else if (event.key === 'ArrowUp') focusRow(row.previousElementSibling);
  else return;
  event.preventDefault();
  event.stopPropagation();
});

/** @param {Element | null | undefined} row */
function focusRow(row) {
  const button = /** @type {SVGGElement | null | undefined} */ (row?.querySelector('.open'));
  if (button == null) return;
  timeline.querySelector('.open[tabindex="0"]')?.setAttribute('tabindex', '-1');
  button.setAttribute('tabindex', '0');
  button.focus();
}
