// @ts-check
// A page that is served: it receives what changes, and sends what a person does.

const message = byId('message');
/** The last time that the run has been read. */
let asOf = data.run?.now ?? 0;
let asOfReceived = Date.now();

/** @param {string} text @param {boolean} [isError] */
function tell(text, isError = false) {
  message.textContent = text;
  message.hidden = text === '';
  message.classList.toggle('bad', isError);
}

/** @param {{ act: string, task?: string, comment?: string }} request */
async function send(request) {
  tell(`${request.act} …`);
  try {
    const response = await fetch('act', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: data.run?.id, ...request }),
    });
    const { error, done } = await response.json();
    tell(error ?? done, error !== undefined);
  } catch (error) {
    tell(`the request could not be sent: ${String(error)}`, true);
  }
}

const CANCEL_AGAIN_MS = 5_000;
const CANCEL_AGAIN = 'Press the button again within 5 seconds to cancel the run.';
/** Until then a second click cancels the run. An update may replace the button meanwhile. */
let armedUntil = 0;

/** @param {ParentNode} within */
function labelCancel(within) {
  const button = within.querySelector('[data-act="cancel"]');
  if (button !== null) button.textContent = Date.now() < armedUntil ? 'Really cancel?' : 'Cancel run';
}

byId('header').addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest('[data-act]')) : null;
  const act = button?.dataset['act'];
  if (button === null || act === undefined) return;
  if (act === 'cancel' && Date.now() >= armedUntil) {
    armedUntil = Date.now() + CANCEL_AGAIN_MS;
    tell(CANCEL_AGAIN);
    setTimeout(() => {
      labelCancel(byId('header'));
      if (message.textContent === CANCEL_AGAIN) tell('');
    }, CANCEL_AGAIN_MS);
  } else {
    armedUntil = 0;
    void send({ act });
  }
  labelCancel(byId('header'));
});

/** Replaces elements without moving the focus: it goes to the button of the same name, or to the first one. @param {Element} old @param {Element} fresh @param {() => void} replace */
function keepFocus(old, fresh, replace) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const nameOf = (/** @type {Element} */ one) =>
    one.getAttribute('data-act') ?? one.getAttribute('data-look') ?? one.getAttribute('aria-label') ?? one.textContent;
  replace();
  if (focused === null) return;
  const buttons = /** @type {NodeListOf<HTMLElement>} */ (fresh.querySelectorAll('button, a, input, pre'));
  const same = [...buttons].find((one) => nameOf(one) === nameOf(focused) && one.tagName === focused.tagName);
  (same ?? (focused === old ? /** @type {HTMLElement} */ (fresh) : buttons[0]))?.focus({ preventScroll: true });
}

/** Replaces the parts of the header that changed, so that a search that is being typed stays. @param {string} markup */
function showHeader(markup) {
  const next = new DOMParser().parseFromString(markup, 'text/html');
  labelCancel(next);
  const top = /** @type {HTMLElement} */ (document.querySelector('.top'));
  const replace = (/** @type {string} */ selector, /** @type {Element} */ parent) => {
    const [old, fresh] = [document.querySelector(`#header ${selector}`), next.querySelector(selector)];
    if (old?.outerHTML === fresh?.outerHTML) return;
    if (old !== null && fresh !== null) keepFocus(old, fresh, () => old.replaceWith(fresh));
    else if (fresh !== null) parent.append(fresh);
    else old?.remove();
  };
  const pressed = document.querySelector('.chip[aria-pressed="true"]')?.getAttribute('data-look');
  replace('.run', top);
  replace('.chips', top);
  replace('.notes', byId('header'));
  replace('.acts', /** @type {Element} */ (document.querySelector('.facts')));
  for (const id of ['took', 'as-of']) {
    const fresh = next.getElementById(id);
    // With the words before it, which change when the run ends.
    if (fresh?.parentElement != null) byId(id).parentElement?.replaceWith(fresh.parentElement);
  }
  document.querySelector(`.chip[data-look="${pressed}"]`)?.setAttribute('aria-pressed', 'true');
}

/** Replaces the whole picture: other tasks, after a re-planning or when a sub-plan has begun. @param {string} markup */
function replacePicture(markup) {
  const parsed = new DOMParser().parseFromString(
    `<svg xmlns="http://www.w3.org/2000/svg">${markup}</svg>`,
    'image/svg+xml',
  );
  view.replaceChildren(...parsed.documentElement.childNodes);
}

/** @param {Record<string, string>} boxes */
function replaceBoxes(boxes) {
  const markup = Object.values(boxes).join('');
  const parsed = new DOMParser().parseFromString(
    `<svg xmlns="http://www.w3.org/2000/svg">${markup}</svg>`,
    'image/svg+xml',
  );
  for (const fresh of [...parsed.documentElement.children]) {
    const index = Number(/** @type {SVGGElement} */ (fresh).dataset['task']);
    const old = tasks[index];
    if (old === undefined) continue;
    const hadFocus = document.activeElement === old;
    const place = old.getAttribute('transform');
    const box = /** @type {SVGGElement} */ (fresh);
    for (const name of ['lit', 'chosen']) box.classList.toggle(name, old.classList.contains(name));
    old.replaceWith(box);
    tasks[index] = box;
    prepareBox(box, index);
    box.setAttribute('tabindex', old.getAttribute('tabindex') ?? '-1');
    box.setAttribute('transform', place ?? '');
    if (hadFocus) box.focus();
  }
}

/**
 * @typedef {{ header: string, data?: PageData, markup?: string, legend?: string, run?: RunData, tasks?: Record<string, TaskData>,
 *   boxes?: Record<string, string>, timeline?: Timeline, critical?: number[] }} Update
 */

/** The rows of an update are those that changed. @param {Timeline} before @param {Timeline} [changed] */
function mergeTimeline(before, changed) {
  if (changed === undefined) return before;
  const rows = new Map([...before.rows, ...changed.rows].map((row) => [row.task, row]));
  const begin = (/** @type {Timeline['rows'][number]} */ { bars }) => bars[0]?.from ?? 0;
  return { span: changed.span, rows: [...rows.values()].sort((a, b) => begin(a) - begin(b)) };
}

/** A function that highlights the same tasks, by id, in a picture that has replaced this one. */
function rememberHighlight() {
  const idsOf = (/** @type {string} */ name) =>
    new Set(tasks.flatMap((box, index) => (box.classList.contains(name) ? [data.tasks[index]?.id] : [])));
  const [lit, chosen] = [idsOf('lit'), idsOf('chosen')];
  if (!svg.classList.contains('focused')) return () => undefined;
  return () => {
    const indexes = data.tasks.flatMap(({ id }, index) => (lit.has(id) ? [index] : []));
    highlight(
      new Set(indexes),
      data.tasks.findIndex(({ id }) => chosen.has(id)),
    );
  };
}

/** @typedef {{ width: number, height: number }} Extent */
/** @param {Extent} one @param {Extent} [other] */
const isSameSize = (one, other) => one.width === other?.width && one.height === other.height;

/** @param {Update} update */
function apply(update) {
  const openNames = new Set([...opened].map((index) => data.tasks[index]?.id));
  const shownName = data.tasks[shown]?.id;
  const highlightAgain = rememberHighlight();
  if (update.data !== undefined && update.markup !== undefined) {
    data = update.data;
    byId('legend').innerHTML = update.legend ?? '';
    replacePicture(update.markup);
    readElements();
    opened = new Set(data.tasks.flatMap(({ id }, index) => (openNames.has(id) && canOpen(index) ? [index] : [])));
    shown = data.tasks.findIndex(({ id }) => id === shownName);
    place();
    highlightAgain();
  } else {
    const sizes = [...opened].map((index) => contentSize(index));
    for (const [index, task] of Object.entries(update.tasks ?? {})) data.tasks[Number(index)] = task;
    replaceBoxes(update.boxes ?? {});
    data = {
      ...data,
      ...(update.run === undefined ? {} : { run: update.run }),
      timeline: mergeTimeline(data.timeline, update.timeline),
      critical: update.critical ?? data.critical,
    };
    // What is around a box moves only if the box has another size.
    const isMoved = [...opened].some((index, at) => !isSameSize(contentSize(index), sizes[at]));
    if (isMoved) place();
    else for (const index of Object.keys(update.tasks ?? {})) placeAgain(Number(index));
  }
  asOf = data.run?.now ?? asOf;
  asOfReceived = Date.now();
  showHeader(update.header);
  show();
  drawTimeline();
  const isTyping = details.contains(document.activeElement) && document.activeElement instanceof HTMLInputElement;
  if (shown === -1) details.hidden = true;
  else if (!isTyping && (update.data !== undefined || update.tasks?.[shown] !== undefined))
    keepFocus(details, details, () => showDetails(shown));
}

function listen() {
  const events = new EventSource(`events?id=${encodeURIComponent(data.run?.id ?? '')}&version=${data.version}`);
  const connection = byId('connection');
  const on = (/** @type {string} */ name, /** @type {(text: string) => void} */ handle) =>
    events.addEventListener(name, (event) => handle(/** @type {MessageEvent<string>} */ (event).data));
  events.addEventListener('open', () => {
    connection.textContent = '● live';
  });
  events.addEventListener('error', () => {
    connection.textContent = '○ not connected; trying again';
  });
  on('update', (text) => apply(JSON.parse(text)));
  on('trouble', (text) => tell(JSON.parse(text), true));
  on('well', () => tell(''));
  on('end', () => {
    events.close();
    connection.textContent = '';
  });
}

/** The duration of a run in progress grows between two readings. */
function tick() {
  if (data.run?.isOpen !== true) return;
  byId('took').textContent = durationText(asOf - data.run.startedAt + Date.now() - asOfReceived);
}
