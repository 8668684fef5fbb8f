// @ts-check
// Which part of the picture is seen: pan and zoom.

/** Below this zoom, text is illegible and not drawn. */
const FAR = 0.4;
/** Smaller text is hard to read. */
const LEGIBLE = 0.6;
const MAX_ZOOM = 4;
/** A small picture is not enlarged more than this to fit the window. */
const MAX_FIT = 1.5;
const MARGIN = 24;

let at = { x: 0, y: 0, zoom: 1 };
/** The whole picture is seen; it stays so when the window or the details change their size. */
let isFitted = true;
/** The size of the picture as it is drawn. */
let extent = { width: 0, height: 0 };

function show() {
  view.setAttribute('transform', `translate(${at.x} ${at.y}) scale(${at.zoom})`);
  svg.classList.toggle('far', at.zoom < FAR);
}

function fittingZoom() {
  const wide = (svg.clientWidth - 2 * MARGIN) / extent.width;
  const high = (svg.clientHeight - 2 * MARGIN) / extent.height;
  return Math.max(0.01, Math.min(wide, high, MAX_FIT));
}

function fit() {
  isFitted = true;
  const zoom = fittingZoom();
  at = { zoom, x: (svg.clientWidth - extent.width * zoom) / 2, y: (svg.clientHeight - extent.height * zoom) / 2 };
  show();
}

/** In a narrow window a whole picture would be illegible: its beginning is shown. */
function fitAtStart() {
  fit();
  if (innerWidth >= NARROW || at.zoom >= LEGIBLE) return;
  isFitted = false;
  const isDown = direction === 'down';
  const x = isDown ? (svg.clientWidth - extent.width * LEGIBLE) / 2 : MARGIN;
  at = { zoom: LEGIBLE, x, y: isDown ? MARGIN : (svg.clientHeight - extent.height * LEGIBLE) / 2 };
  show();
}

/** The point x, y keeps its position. @param {number} factor */
function zoomBy(factor, x = svg.clientWidth / 2, y = svg.clientHeight / 2) {
  const minZoom = Math.min(fittingZoom(), 0.1);
  const zoom = Math.min(MAX_ZOOM, Math.max(minZoom, at.zoom * factor));
  const ratio = zoom / at.zoom;
  isFitted = false;
  at = { zoom, x: x - (x - at.x) * ratio, y: y - (y - at.y) * ratio };
  show();
}

/** @param {number} x @param {number} y */
function panBy(x, y) {
  isFitted = false;
  at = { ...at, x: at.x + x, y: at.y + y };
  show();
}

/** Moves a task to the centre. @param {number} index */
function centre(index) {
  const [x, y] = middleOf(index);
  const zoom = Math.max(at.zoom, 1);
  hint.hidden = true;
  isFitted = false;
  at = { zoom, x: svg.clientWidth / 2 - x * zoom, y: svg.clientHeight / 2 - y * zoom };
  show();
}

/** Moves the picture if a task is outside of the window. @param {number} index */
function reveal(index) {
  const [x, y] = middleOf(index);
  const [left, top] = [x * at.zoom + at.x, y * at.zoom + at.y];
  const isInside = left > 40 && left < svg.clientWidth - 40 && top > 20 && top < svg.clientHeight - 20;
  if (!isInside) centre(index);
}
