// @ts-check
// The attempts of a call: their bars in the timeline, and their list in the details of a task. Between two bars the call waited. The times
// of some attempts are not known: no bar is drawn for them, and the page says so.

/** Narrower bars are hard to see and to hit. */
const MIN_BAR = 3;

/** @param {Bar} bar @param {Attempt} attempt */
function attemptText({ name }, { number, from, to, failure, isApproximate }) {
  const took = durationText(to - from);
  return isApproximate
    ? `${name}: attempt ${number} left no note of its end; it ran at some time in these ${took}`
    : `${name}: attempt ${number} failed after ${took}: ${failure}`;
}

/** `attempts 1 to 4`, of which the times are not known. @param {Bar} bar */
function unknownText({ unknown = 0, lastFailure }) {
  const which = unknown === 1 ? 'attempt 1' : `attempts 1 to ${unknown}`;
  const last = unknown === 1 ? 'it' : 'the last of them';
  return `${which}: times not known${lastFailure === undefined ? '' : `; ${last} failed: ${lastFailure}`}`;
}

/** @param {Bar} bar @param {number} span */
function barText({ name, from, to, attempts, look, unknown = 0 }, span) {
  const tries = attempts > 1 ? `, attempt ${attempts}` : '';
  const gap = unknown > 0 ? '; the times of earlier attempts are not known' : '';
  return `${name}: ${look}${tries}, from ${durationText(from)} for ${durationText((to ?? span) - from)}${gap}`;
}

/** @param {string} className @param {number} left @param {number} right @param {number} y @param {number} height */
const barElement = (className, left, right, y, height) =>
  svgElement('rect', { class: `bar ${className}`, x: left, y, width: Math.max(0, right - left), height });

/** The parts of a bar that belong to its row: what is not a single attempt. @param {Bar} bar @param {(ms: number) => number} x @param {number} span */
function barElements({ from, began, to, look, unknown = 0, earlier = [] }, x, span) {
  const [left, right] = [x(from), x(to ?? span)];
  const middle = began === undefined ? right : Math.min(right, x(began));
  const known = Math.min(middle, x(earlier[0]?.from ?? began ?? to ?? span));
  const waited = unknown > 0 ? known : left;
  return [
    ...(unknown > 0 && known - left >= 1 ? [barElement('early', left, known, 7, 6)] : []),
    ...(middle - waited >= 1 ? [barElement('pause', waited, middle, 9.5, 1)] : []),
    ...(began === undefined ? [] : [barElement(`last c-${look}`, middle, Math.max(right, middle + MIN_BAR), 4, 12)]),
  ];
}

/** One element for each earlier attempt, with its failure as a hint and as its name. @param {Bar} bar @param {(ms: number) => number} x */
function attemptElements(bar, x) {
  return (bar.earlier ?? []).map((attempt) => {
    const { number, from, to, isApproximate } = attempt;
    const right = Math.max(x(to), x(from) + MIN_BAR);
    const element = barElement(isApproximate ? 'try approximate' : 'try c-failed', x(from), right, 5, 10);
    const text = attemptText(bar, attempt);
    setAll(element, { role: 'img', 'aria-label': text, 'data-attempt': number, 'data-call': bar.name });
    const title = svgElement('title');
    title.textContent = text;
    element.append(title);
    return element;
  });
}

/** The calls of a task, or of one of its items, that were attempted several times. @param {number} index @param {number} [item] */
function retriedCalls(index, item) {
  const bars = data.timeline.rows.find(({ task }) => task === index)?.bars ?? [];
  return bars.filter((bar) => bar.attempts > 1 && (item === undefined || bar.item === item));
}

/** More are not read by people. */
const MANY_CALLS = 20;

/** The attempts in the details of a task. @param {number} index @param {number} [item] */
function attemptRows(index, item) {
  const calls = retriedCalls(index, item);
  if (calls.length === 0) return [];
  const shownCalls = calls.slice(0, MANY_CALLS);
  const left = calls.length - shownCalls.length;
  return [
    htmlElement('h3', 'Attempts'),
    ...shownCalls.flatMap((bar) => [
      ...(calls.length > 1 || bar.name !== data.tasks[index]?.id ? [htmlElement('p', bar.name, 'call')] : []),
      attemptList(bar),
    ]),
    ...(left > 0 ? [htmlElement('p', `and those of ${left} more calls`, 'cut')] : []),
  ];
}

/** @param {Bar} bar */
function attemptList(bar) {
  const { attempts, earlier = [], unknown = 0, began, to, look } = bar;
  const list = htmlElement('ol', undefined, 'attempts');
  const add = (/** @type {number} */ number, /** @type {string} */ text, /** @type {string} */ failure = '') => {
    const row = htmlElement('li', text);
    row.value = number;
    row.dataset['attempt'] = String(number);
    row.dataset['call'] = bar.name;
    row.tabIndex = -1;
    if (failure !== '') row.append(htmlElement('p', failure, 'why'));
    list.append(row);
  };
  const at = (/** @type {number} */ ms) => timeText((data.run?.startedAt ?? 0) + ms);
  if (unknown > 0) add(1, unknownText(bar));
  for (const { number, from, to: end, failure, isApproximate } of earlier)
    add(
      number,
      isApproximate
        ? `left no note of its end; it ran at some time in the ${durationText(end - from)} from ${at(from)}`
        : `failed, from ${at(from)} for ${durationText(end - from)}`,
      isApproximate ? '' : failure,
    );
  const word = [...Object.values(data.looks)].find(({ name }) => name === look)?.word ?? look;
  const took = to === undefined || began === undefined ? '' : ` for ${durationText(to - began)}`;
  add(attempts, began === undefined ? `${word}, not begun` : `${word}, from ${at(began)}${took}`);
  return list;
}

/** Shows an attempt in the details that are open. @param {string} call @param {string} number */
function showAttempt(call, number) {
  const rows = /** @type {NodeListOf<HTMLElement>} */ (details.querySelectorAll('.attempts li'));
  const row = [...rows].find(({ dataset }) => dataset['call'] === call && dataset['attempt'] === number);
  row?.scrollIntoView({ block: 'nearest' });
  row?.focus({ preventScroll: true });
}
