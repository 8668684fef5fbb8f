// Draws the lines between boxes, as smooth paths with an arrow at the end, and the frames around grids and snakes.
import { round, type Point } from '../layout/geometry.js';
import type { Layout, Line } from '../layout/layout.js';

const ARROW = 7;

export function drawFrames({ frames }: Layout): string {
  return frames
    .map(({ x, y, width, height, tasks }) => {
      const place = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
      return `<rect class="frame" ${place} rx="10"><title>${tasks} tasks</title></rect>`;
    })
    .join('');
}

/** `first`: the number of the first line. */
export function drawLines({ lines }: Layout, first = 0): string {
  return lines.map((line, index) => drawLine(line, first + index)).join('');
}

function drawLine({ points }: Line, index: number): string {
  const [beforeEnd, end] = points.slice(-2);
  if (beforeEnd === undefined || end === undefined) return '';
  // Lines between columns end horizontally; lines within a block may also end downwards, or to the left.
  const isDown = end.x === beforeEnd.x;
  const direction = isDown ? { x: 0, y: 1 } : { x: Math.sign(end.x - beforeEnd.x), y: 0 };
  const base = { x: end.x - ARROW * direction.x, y: end.y - ARROW * direction.y };
  const tips = [end, corner(base, direction, 1), corner(base, direction, -1)].map(pair).join(' ');
  return `<g data-line="${index}"><path class="line" d="${pathThrough([...points.slice(0, -1), base])}"/><path class="arrow" d="M${tips}z"/></g>`;
}

function corner(base: Point, direction: Point, side: 1 | -1): Point {
  return { x: base.x + (direction.y * side * ARROW) / 2, y: base.y + (direction.x * side * ARROW) / 2 };
}

function pathThrough(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const from = points[index - 1];
      if (from === undefined) return `M${pair(point)}`;
      if (from.y === point.y || from.x === point.x) return `L${pair(point)}`;
      const x = (from.x + point.x) / 2;
      return `C${pair({ x, y: from.y })} ${pair({ x, y: point.y })} ${pair(point)}`;
    })
    .join('');
}

function pair({ x, y }: Point): string {
  return `${round(x)},${round(y)}`;
}
