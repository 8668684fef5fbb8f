// @ts-check
// The timeline under the picture: a row for each task that has begun, a bar for each call. The hatched part of a bar is the time
// before the last attempt: waiting, or attempts that failed.

const timeline = byId('timeline');
const ROW = 20;
const LABEL_WIDTH = 170;
/** More rows are drawn on request. */
const MANY_ROWS = 200;
let isTimelineOpen = innerWidth >= NARROW;
let showsAllRows = false;

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
  const parts = [
    title,
    htmlElement('span', 'attempts of each task; hatched: before the last attempt; bold: the critical path', 'aside'),
  ];
  const scroll = timeline.querySelector('.rows')?.scrollTop ?? 0;
  const list = htmlElement('div', undefined, 'rows');
  if (isTimelineOpen) {
    const drawn = showsAllRows ? rows : rows.slice(0, MANY_ROWS);
    list.append(rowsElement(drawn, Math.max(1, span)));
    if (drawn.length < rows.length) list.append(moreButton(rows.length - drawn.length));
  }
  timeline.replaceChildren(...parts, ...(isTimelineOpen ? [list] : []));
  list.scrollTop = scroll;
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
    group.append(
      svgElement('rect', { class: 'back', width, height: ROW }),
      label,
      ...bars.flatMap((bar) => barElements(bar, x, span)),
    );
    const last = bars.at(-1);
    const title = svgElement('title');
    title.textContent = [id, ...bars.slice(0, 12).map((bar) => barText(bar, span))].join('\n');
    group.setAttribute('aria-label', last === undefined ? id : `${id}: ${barText(last, span)}`);
    group.append(title);
    group.addEventListener('click', () => {
      choose(task);
      reveal(task);
    });
    chart.append(group);
  });
  return chart;
}

/** @param {Bar} bar @param {number} span */
function barText({ name, from, to, attempts, look }, span) {
  const tries = attempts > 1 ? `, attempt ${attempts}` : '';
  return `${name}: ${look}${tries}, from ${durationText(from)} for ${durationText((to ?? span) - from)}`;
}

/** @param {Bar} bar @param {(ms: number) => number} x @param {number} span */
function barElements({ from, began, to, look }, x, span) {
  const [left, right] = [x(from), x(to ?? span)];
  const middle = began === undefined ? right : Math.min(right, x(began));
  const early =
    middle - left < 1
      ? []
      : [svgElement('rect', { class: `bar early s-${look}`, x: left, y: 7, width: middle - left, height: 6 })];
  const main =
    began === undefined
      ? []
      : [
          svgElement('rect', {
            class: `bar c-${look}`,
            x: middle,
            y: 4,
            width: Math.max(2, right - middle),
            height: 12,
            rx: 2,
          }),
        ];
  return [...early, ...main];
}
