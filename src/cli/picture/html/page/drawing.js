// @ts-check
// Places the boxes and the lines, from left to right or from top to bottom. Sub-plans and items open in place: the box grows, and what
// is to the right of it and below it moves away, so that nothing overlaps.

const ARROW = 7;
const PADDING = 14;
/** A square of the grid of items, and the distance to the next. */
const CELL = 11;
const PITCH = 14;
/** The height of the name above a sub-plan, if a task has several. */
const NAME_HEIGHT = 18;
/** Narrower windows show the picture from top to bottom at first. */
const NARROW = 700;

/** @type {'right' | 'down'} */
let direction = innerWidth < NARROW ? 'down' : 'right';
/** The tasks whose sub-plans or items are open. @type {Set<number>} */
let opened = new Set();
/** Where the boxes are, and their sizes. @type {Map<number, { x: number, y: number, width: number, height: number }>} */
const placed = new Map();

/** @param {number} index */
const insidesOf = (index) =>
  data.insides.flatMap((inside, number) => (inside.parent === index ? [{ inside, number }] : []));

/** @param {number} index */
const canOpen = (index) =>
  (data.tasks[index]?.items ?? '') !== '' || data.insides.some(({ parent }) => parent === index);

/** @param {number} index @returns {Pair} */
function middleOf(index) {
  const box = placed.get(index);
  return box === undefined ? [0, 0] : [box.x + Math.min(box.width, data.size.width) / 2, box.y + data.size.height / 2];
}

/** @param {string} letters */
const gridColumns = (letters) => Math.max(1, Math.ceil(Math.sqrt(letters.length * 1.6)));

/** The size of what is in a box when it is open. @param {number} index */
function contentSize(index) {
  const letters = data.tasks[index]?.items ?? '';
  const columns = gridColumns(letters);
  const grid =
    letters === '' ? [] : [{ width: columns * PITCH, height: Math.ceil(letters.length / columns) * PITCH + PADDING }];
  const insides = insidesOf(index).map(({ inside: { width, height } }) => ({
    width,
    height: height + NAME_HEIGHT + PADDING,
  }));
  const all = [...grid, ...insides];
  return {
    width: Math.max(0, ...all.map(({ width }) => width)) + 2 * PADDING,
    height: all.reduce((sum, { height }) => sum + height, PADDING),
  };
}

/** A function that moves a coordinate by what is inserted before it. @param {Map<number, number>} inserted */
function shiftBy(inserted) {
  const steps = [...inserted];
  return (/** @type {number} */ value) =>
    steps.reduce((sum, [from, size]) => (value >= from - 0.2 ? sum + size : sum), value);
}

/** @param {Map<number, number>} inserted @param {number} from @param {number} size */
const insertAt = (inserted, from, size) => inserted.set(from, Math.max(size, inserted.get(from) ?? 0));

function place() {
  const layout = data[direction];
  const { width, height } = data.size;
  /** @type {Map<number, number>} */ const wider = new Map();
  /** @type {Map<number, number>} */ const higher = new Map();
  for (const index of opened) {
    const [x, y] = layout.boxes[index] ?? [0, 0];
    const content = contentSize(index);
    insertAt(wider, x + width, Math.max(0, content.width - width));
    insertAt(higher, y + height, content.height);
  }
  const [moveX, moveY] = [shiftBy(wider), shiftBy(higher)];
  extent = { width: moveX(layout.width), height: moveY(layout.height) };
  layout.boxes.forEach(([x, y], index) => {
    const content = opened.has(index) ? contentSize(index) : undefined;
    const size = { width: Math.max(width, content?.width ?? 0), height: height + (content?.height ?? 0) };
    placeBox(index, moveX(x), moveY(y), size);
  });
  placeFrames(layout, moveX, moveY);
  placeLines(layout, 0, ([x, y]) => [moveX(x), moveY(y)], direction === 'down');
  data.insides.forEach((inside, number) => drawInside(inside, number));
  for (const index of opened) placeContents(index);
}

/** @param {Places} layout @param {(x: number) => number} moveX @param {(y: number) => number} moveY */
function placeFrames({ frames }, moveX, moveY) {
  const elements = view.querySelectorAll(':scope > .frame');
  frames.forEach(([x, y, width, height], number) => {
    const [left, top] = [moveX(x), moveY(y)];
    setAll(elements[number], { x: left, y: top, width: moveX(x + width) - left, height: moveY(y + height) - top });
  });
}

/** @param {Element | undefined} element @param {Record<string, string | number>} attributes */
function setAll(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element?.setAttribute(name, String(value));
}

/** @param {number} index @param {number} x @param {number} y @param {{ width: number, height: number }} size */
function placeBox(index, x, y, size) {
  placed.set(index, { x, y, ...size });
  const box = tasks[index];
  if (box === undefined) return;
  box.setAttribute('transform', `translate(${x} ${y})`);
  for (const rect of box.querySelectorAll(':scope > rect.box'))
    setAll(rect, { width: size.width, height: size.height });
  const { width, height } = size;
  const middle = data.size.height / 2;
  const points = `9,0 ${width - 9},0 ${width},${middle} ${width - 9},${height} 9,${height} 0,${middle}`;
  setAll(box.querySelector(':scope > polygon.box') ?? undefined, { points });
  drawOpener(box, index);
}

/** The button at the lower edge of a box that opens it; it is below the text. @param {SVGGElement} box @param {number} index */
function drawOpener(box, index) {
  box.querySelector(':scope > .opener')?.remove();
  if (!canOpen(index)) return;
  const isOpen = opened.has(index);
  const { width, height } = data.size;
  const opener = svgElement('g', { class: 'opener', transform: `translate(${width / 2 - 7.5} ${height - 4})` });
  opener.append(
    svgElement('rect', { width: 15, height: 15, rx: 3 }),
    svgElement('path', { d: isOpen ? 'M4 7.5h7' : 'M4 7.5h7M7.5 4v7' }),
  );
  box.append(opener);
  box.setAttribute('aria-expanded', String(isOpen));
}

/** @param {Places} layout @param {number} first @param {(point: Pair) => Pair} move @param {boolean} isDown */
function placeLines(layout, first, move, isDown) {
  layout.lines.forEach(({ points, from }, number) => {
    const element = lines[first + number];
    const moved = withOwnEdge(points.map(move), first === 0 ? from : [], isDown);
    const [before, end] = moved.slice(-2);
    if (element === undefined || before === undefined || end === undefined) return;
    const isLevel = end[1] === before[1] || (!isDown && end[0] !== before[0]);
    const [dx, dy] = isLevel ? [Math.sign(end[0] - before[0]) || 1, 0] : [0, Math.sign(end[1] - before[1]) || 1];
    /** @type {Pair} */ const base = [end[0] - ARROW * dx, end[1] - ARROW * dy];
    const side = (/** @type {1 | -1} */ sign) => [base[0] + (dy * sign * ARROW) / 2, base[1] + (dx * sign * ARROW) / 2];
    setAll(element.querySelector('.line') ?? undefined, { d: pathThrough([...moved.slice(0, -1), base], isDown) });
    setAll(element.querySelector('.arrow') ?? undefined, { d: `M${[end, side(1), side(-1)].join(' ')}z` });
  });
}

/** If a neighbour of a box has grown, a line of the box begins further away than the box ends. @param {Pair[]} points @param {number[]} from @param {boolean} isDown @returns {Pair[]} */
function withOwnEdge(points, from, isDown) {
  const [start] = points;
  const box = from.length === 1 ? placed.get(from[0] ?? -1) : undefined;
  if (start === undefined || box === undefined) return points;
  /** @type {Pair} */ const edge = isDown ? [start[0], box.y + box.height] : [box.x + box.width, start[1]];
  const gap = isDown ? start[1] - edge[1] : start[0] - edge[0];
  return gap > 0.5 ? [edge, ...points] : points;
}

/** @param {Pair[]} points @param {boolean} isDown */
function pathThrough(points, isDown) {
  return points
    .map(([x, y], index) => {
      const from = points[index - 1];
      if (from === undefined) return `M${x},${y}`;
      if (from[0] === x || from[1] === y) return `L${x},${y}`;
      const [midX, midY] = [(from[0] + x) / 2, (from[1] + y) / 2];
      return isDown ? `C${from[0]},${midY} ${x},${midY} ${x},${y}` : `C${midX},${from[1]} ${midX},${y} ${x},${y}`;
    })
    .join('');
}

/** @param {Inside} inside @param {number} number */
function drawInside({ parent }, number) {
  svg.querySelector(`[data-inside="${number}"]`)?.classList.toggle('open', opened.has(parent));
}

/** @param {number} index */
function placeContents(index) {
  const box = placed.get(index);
  const element = tasks[index];
  if (box === undefined || element === undefined) return;
  let top = data.size.height + PADDING / 2;
  element.querySelectorAll(':scope > .grid, :scope > .inside-name').forEach((old) => old.remove());
  const letters = data.tasks[index]?.items ?? '';
  if (letters !== '') {
    const grid = gridElement(letters);
    grid.setAttribute('transform', `translate(${PADDING} ${top})`);
    element.append(grid);
    top += Math.ceil(letters.length / gridColumns(letters)) * PITCH + PADDING;
  }
  for (const { inside, number } of insidesOf(index)) {
    const name = svgElement('text', { class: 'label inside-name', x: PADDING, y: top + 10 });
    name.textContent = inside.name;
    element.append(name);
    top += NAME_HEIGHT;
    const [x, y] = [box.x + PADDING, box.y + top];
    svg.querySelector(`[data-inside="${number}"]`)?.setAttribute('transform', `translate(${x} ${y})`);
    inside.boxes.forEach(([left, up], offset) =>
      placed.set(inside.first.task + offset, { x: x + left, y: y + up, ...inside.size }),
    );
    top += inside.height + PADDING;
  }
}

/** A box that has been replaced, at the same place. @param {number} index */
function placeAgain(index) {
  const at = placed.get(index);
  if (at === undefined || index >= data[direction].boxes.length) return;
  placeBox(index, at.x, at.y, at);
  if (opened.has(index)) placeContents(index);
}

/** One path for each look: 10,000 elements would be slow. @param {string} letters */
function gridElement(letters) {
  const columns = gridColumns(letters);
  /** @type {Map<string, string[]>} */ const paths = new Map();
  [...letters].forEach((letter, item) => {
    const [x, y] = [(item % columns) * PITCH, Math.floor(item / columns) * PITCH];
    const path = paths.get(letter) ?? [];
    path.push(`M${x} ${y}h${CELL}v${CELL}h-${CELL}z`);
    paths.set(letter, path);
  });
  const grid = svgElement('g', { class: 'grid' });
  for (const [letter, parts] of paths)
    grid.append(svgElement('path', { class: `c-${data.looks[letter]?.name ?? 'pending'}`, d: parts.join('') }));
  return grid;
}

/** Opens or closes a task. @param {number} index */
function toggle(index) {
  if (!canOpen(index)) return;
  if (!opened.delete(index)) opened.add(index);
  else tasks[index]?.querySelectorAll(':scope > .grid, :scope > .inside-name').forEach((old) => old.remove());
  place();
  show();
}

function turn() {
  direction = direction === 'right' ? 'down' : 'right';
  place();
  fit();
}
