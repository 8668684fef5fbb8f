// @ts-check
// The details of a task: what it is, why it failed, its times, its input and its output, and what a person may do.

const details = byId('details');
/** Counts the requests for values, so that a late answer is not shown for another task. */
let valuesRequest = 0;

/** @param {number} index @param {number} [item] */
function showDetails(index, item) {
  const task = data.tasks[index];
  if (task === undefined) return hideDetails();
  shown = index;
  const name = item === undefined ? task.id : `${task.id}[${item}]`;
  const close = htmlElement('button', '×', 'close');
  close.setAttribute('aria-label', 'Close the details');
  close.addEventListener('click', hideDetails);
  const values = htmlElement('div', undefined, 'values');
  details.replaceChildren(
    close,
    htmlElement('h2', name),
    ...(item === undefined ? detailRows(task, index) : itemRows(task, item)),
    ...(item === undefined ? [actsOf(task, index)] : []),
    ...attemptRows(index, item),
    values,
  );
  details.hidden = false;
  hint.hidden = true;
  // The picture has less room now.
  if (isFitted && innerWidth >= NARROW) fit();
  reveal(index);
  fillValues(values, task, index, item);
}

function hideDetails() {
  shown = -1;
  details.hidden = true;
  valuesRequest++;
  if (isFitted) fit();
}

/** @param {TaskData} task @param {number} item */
const itemRows = ({ items }, item) => [definitions([['status', data.looks[items?.[item] ?? '']?.word]])];

/** @param {TaskData} task @param {number} index */
function detailRows(task, index) {
  const {
    about,
    word,
    waits,
    why,
    detail,
    startedAt,
    endedAt,
    description,
    command,
    itemFailures = [],
    agentKind,
  } = task;
  const names = (/** @type {number[]} */ list) => list.map((one) => data.tasks[one]?.id).join(', ');
  const rest =
    why === undefined || detail === undefined
      ? detail
      : detail.slice(0, detail.length - why.length).replace(/ · $/, '');
  return [
    ...(why === undefined ? [] : [htmlElement('p', why, 'why')]),
    ...(waits === undefined ? [] : [htmlElement('p', waits, 'waits')]),
    ...(description === undefined ? [] : [htmlElement('p', description)]),
    definitions([
      ['task', about],
      ['agent', agentKind],
      ['status', word],
      ['detail', rest],
      ['started', startedAt === undefined ? undefined : timeText(startedAt)],
      ['ended', endedAt === undefined ? undefined : timeText(endedAt)],
      ['took', startedAt === undefined || endedAt === undefined ? undefined : durationText(endedAt - startedAt)],
      ['needs', names(task.needs)],
      ['needed by', names(dependents[index] ?? [])],
      ['command', command],
    ]),
    ...(itemFailures.length === 0 ? [] : [htmlElement('h3', 'Items that failed'), listOf(itemFailures)]),
  ];
}

/** @param {[string, string | undefined][]} rows */
function definitions(rows) {
  const list = htmlElement('dl');
  for (const [name, value] of rows)
    if (value !== undefined && value !== '') list.append(htmlElement('dt', name), htmlElement('dd', value));
  return list;
}

/** @param {string[]} rows */
function listOf(rows) {
  const list = htmlElement('ul');
  list.append(...rows.map((row) => htmlElement('li', row)));
  return list;
}

/** Kinds of tasks that make calls, which can be attempted again. */
const CALLS = new Set(['agent', 'race', 'vote', 'publish', 'decompose']);

/** What a person may do about the task. @param {TaskData} task @param {number} index */
function actsOf(task, index) {
  const acts = htmlElement('div', undefined, 'acts');
  if (canOpen(index))
    acts.append(
      actButton(opened.has(index) ? 'Close what is inside' : 'Open in place', () => {
        toggle(index);
        showDetails(index);
      }),
    );
  if (task.items !== undefined && task.items !== '') acts.append(...itemChooser(index, task.items));
  if (!data.isLive) return acts;
  if (task.subRun !== undefined) {
    const link = htmlElement('a', 'Its run');
    link.href = `run?id=${encodeURIComponent(task.subRun)}`;
    acts.append(link);
  }
  if (data.run?.isOpen !== true || index >= data[direction].boxes.length) return acts;
  if (task.command?.includes('baton approve ') === true) {
    const comment = htmlElement('input');
    comment.placeholder = 'Comment';
    comment.setAttribute('aria-label', 'Comment');
    const answer = (/** @type {string} */ act) => () => send({ act, task: task.id, comment: comment.value });
    acts.append(comment, actButton('Approve', answer('approve')), actButton('Reject', answer('reject'), 'danger'));
  }
  const isCalling = task.status === 'running' || task.status === 'retrying';
  if (isCalling && CALLS.has(task.kind) && task.command === undefined)
    acts.append(actButton('Retry now', () => send({ act: 'retry', task: task.id })));
  if (task.status === 'pending') acts.append(actButton('Skip', () => send({ act: 'skip', task: task.id })));
  return acts;
}

/** The squares of the grid are small, and cannot be reached with the keyboard. @param {number} index @param {string} items */
function itemChooser(index, items) {
  const number = htmlElement('input');
  number.type = 'number';
  number.min = '0';
  number.max = String(items.length - 1);
  number.value = '0';
  number.setAttribute('aria-label', `Number of an item, from 0 to ${items.length - 1}`);
  const show = () => {
    const item = Math.min(items.length - 1, Math.max(0, Math.floor(Number(number.value))));
    showDetails(index, item);
    details.focus();
  };
  number.addEventListener('keydown', ({ key }) => key === 'Enter' && show());
  return [number, actButton('Show item', show)];
}

/** @param {string} label @param {() => void} run @param {string} [className] */
function actButton(label, run, className) {
  const button = htmlElement('button', label, className);
  button.type = 'button';
  button.addEventListener('click', run);
  return button;
}

/** @param {HTMLElement} place @param {TaskData} task @param {number} index @param {number} [item] */
function fillValues(place, task, index, item) {
  const request = ++valuesRequest;
  if (!data.isLive) return showValues(place, item === undefined ? task : {});
  if (task.startedAt === undefined || index >= data[direction].boxes.length) return;
  place.textContent = 'Reading input and output …';
  const query = new URLSearchParams({
    id: data.run?.id ?? '',
    task: task.id,
    ...(item === undefined ? {} : { item: String(item) }),
  });
  fetch(`task?${query}`)
    .then(async (response) => {
      const answer = await response.json();
      if (request === valuesRequest) showValues(place, answer);
    })
    .catch((/** @type {unknown} */ error) => {
      if (request === valuesRequest) place.textContent = `Input and output could not be read: ${String(error)}`;
    });
}

/** @param {HTMLElement} place @param {{ input?: ShownValue, output?: ShownValue, failure?: string, error?: string }} values */
function showValues(place, { input, output, failure, error }) {
  const block = (/** @type {string} */ title, /** @type {ShownValue | undefined} */ value) => {
    if (value === undefined) return [];
    const text = htmlElement('pre', value.text);
    text.tabIndex = 0;
    text.setAttribute('aria-label', title);
    const more =
      value.cutFrom === undefined
        ? []
        : [htmlElement('p', `cut: ${value.cutFrom.toLocaleString('en')} characters in all`, 'cut')];
    return [htmlElement('h3', title), text, ...more];
  };
  const why = failure === undefined ? [] : [htmlElement('p', failure, 'why')];
  place.replaceChildren(
    ...(error === undefined ? [] : [htmlElement('p', error, 'why')]),
    ...why,
    ...block('Input', input),
    ...block('Output', output),
  );
}
