// @ts-check
// What the page knows, and its elements. The scripts of this folder are joined to one, in the order of html.ts.
// Everything from the plan and the run is in the JSON of #data, and reaches the page as text only.

/**
 * @typedef {[number, number]} Pair
 * @typedef {{ text: string, cutFrom?: number }} ShownValue
 * @typedef {{ id: string, kind: string, about: string, needs: number[], detail?: string, why?: string, waits?: string, agentKind?: string,
 *   status?: string, look?: string, word?: string, startedAt?: number, endedAt?: number, command?: string, description?: string,
 *   input?: ShownValue, output?: ShownValue, items?: string, itemFailures?: string[], subRun?: string }} TaskData
 * @typedef {{ from: number[], to: number[], points: Pair[] }} LineData
 * @typedef {{ width: number, height: number, boxes: Pair[], frames: [number, number, number, number][], lines: LineData[] }} Places
 * @typedef {Places & { parent: number, name: string, first: { task: number, line: number }, count: number,
 *   size: { width: number, height: number } }} Inside
 * @typedef {{ number: number, from: number, to: number, failure: string, isApproximate: boolean }} Attempt
 * @typedef {{ from: number, began?: number, to?: number, attempts: number, look: string, name: string, item?: number,
 *   earlier?: Attempt[], unknown?: number, lastFailure?: string }} Bar
 * @typedef {{ span: number, rows: { task: number, bars: Bar[] }[] }} Timeline
 * @typedef {{ id: string, startedAt: number, now: number, isOpen: boolean }} RunData
 * @typedef {{ isLive: boolean, version: number, expand: boolean, name: string, run?: RunData, right: Places, down: Places, insides: Inside[],
 *   size: { width: number, height: number, isDense: boolean }, tasks: TaskData[], critical: number[], timeline: Timeline,
 *   looks: Record<string, { name: string, word: string }> }} PageData
 */

/** @type {(id: string) => HTMLElement} */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @type {PageData} */
let data = JSON.parse(byId('data').textContent ?? '');
const svg = /** @type {SVGSVGElement} */ (document.querySelector('svg.picture'));
const view = byId('view');
const hint = byId('hint');
const search = /** @type {HTMLInputElement} */ (byId('search'));

/** The boxes and the lines, by number. @type {SVGGElement[]} */
let tasks = [];
/** @type {SVGGElement[]} */
let lines = [];
/** The tasks that need a task. @type {number[][]} */
let dependents = [];

/** The task whose details are shown; -1 if there is none. */
let shown = -1;

/** @template {keyof SVGElementTagNameMap} K @param {K} name @param {Record<string, string | number>} [attributes] */
function svgElement(name, attributes = {}) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

/** @template {keyof HTMLElementTagNameMap} K @param {K} name @param {string} [text] @param {string} [className] */
function htmlElement(name, text, className) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (className !== undefined) element.className = className;
  return element;
}

/** @param {string} selector @param {string} number */
function numbered(selector, number) {
  /** @type {SVGGElement[]} */
  const list = [];
  for (const element of /** @type {NodeListOf<SVGGElement>} */ (svg.querySelectorAll(selector)))
    list[Number(element.dataset[number])] = element;
  return list;
}

/** Looks the elements up again, after the picture has been drawn. */
function readElements() {
  tasks = numbered('[data-task]', 'task');
  lines = numbered('[data-line]', 'line');
  dependents = data.tasks.map(() => []);
  data.tasks.forEach((task, index) => task.needs.forEach((need) => dependents[need]?.push(index)));
  tasks.forEach(prepareBox);
}

/** @param {SVGGElement} box @param {number} index */
function prepareBox(box, index) {
  // The page has hints of its own. The titles are for an SVG that is opened without the page.
  const title = box.querySelector('title');
  box.setAttribute('aria-label', title?.textContent ?? data.tasks[index]?.id ?? '');
  title?.remove();
  box.setAttribute('role', 'button');
  box.setAttribute('tabindex', index === 0 ? '0' : '-1');
}

/** @param {number} ms */
function durationText(ms) {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)}s`;
  const [days, hours, minutes, seconds] = [
    ms / 86_400_000,
    (ms / 3_600_000) % 24,
    (ms / 60_000) % 60,
    (ms / 1_000) % 60,
  ].map(Math.floor);
  const parts = [`${days}d`, `${hours}h`, `${minutes}m`, `${seconds}s`];
  const first = parts.findIndex((part) => !part.startsWith('0'));
  return parts.slice(first, first + 2).join(' ');
}

/** @param {number} time */
const timeText = (time) => `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
