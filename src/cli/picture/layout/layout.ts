// From a picture to coordinates: gather blocks → arrange each → columns → vertical positions → lines. Deterministic.
import { pictureGraph, type PictureGraph } from '../../../domain/picture/graph.js';
import type { Picture } from '../../../domain/picture/picture.js';
import { alignColumns } from './align.js';
import { arrange, type Arrangement } from './arrange.js';
import { gatherBlocks, type Block } from './blocks.js';
import { findColumns } from './columns.js';
import type { Edge, Slot } from './slot.js';
import type { Point, Size } from './geometry.js';

export interface Layout extends Size {
  /** The upper left corner of each task's box, by index. */
  readonly boxes: readonly Point[];
  /** Around the tasks of a grid or a snake. */
  readonly frames: readonly (Point & Size & { readonly tasks: number })[];
  readonly lines: readonly Line[];
}

/** A line is horizontal within each column, and bends between two points of different height. */
export interface Line {
  /** The tasks at its ends, by index; several if it leads from or to a grid. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly points: readonly Point[];
}

export interface LayoutOptions {
  readonly cell: Size;
  readonly rowGap: number;
  /** Where the tasks are that need a task; default: to its right. */
  readonly direction?: 'right' | 'down';
}

/** The shapes that are tried for grids and snakes. The layout whose shape is nearest to a screen's is used. */
const BLOCK_ASPECTS = [1.5, 0.5, 0.15];
/** Each shape costs a layout, which takes a tenth of a second for this many blocks. Above it, one shape is tried. */
const MANY_BLOCKS = 500;
const SCREEN_ASPECT = 1.6;
const BEND_HALF = 4;
const FRAME_MARGIN = 6;

export function layoutPicture(picture: Picture, { direction = 'right', cell, rowGap }: LayoutOptions): Layout {
  if (direction === 'right') return layoutRight(picture, { cell, rowGap });
  return turned(layoutRight(picture, { cell: { width: cell.height, height: cell.width }, rowGap }));
}

/** Exchanges right and down. */
function turned({ width, height, boxes, frames, lines }: Layout): Layout {
  const point = ({ x, y }: Point): Point => ({ x: y, y: x });
  return {
    width: height,
    height: width,
    boxes: boxes.map(point),
    frames: frames.map((frame) => ({ ...frame, ...point(frame), width: frame.height, height: frame.width })),
    lines: lines.map((line) => ({ ...line, points: line.points.map(point) })),
  };
}

function layoutRight(picture: Picture, options: LayoutOptions): Layout {
  const graph = pictureGraph(picture.tasks);
  const blocks = gatherBlocks(graph);
  const edges = blockEdges(graph, blocks);
  const isShapeable = blocks.length <= MANY_BLOCKS && blocks.some(({ shape }) => shape !== 'task');
  const aspects = isShapeable ? BLOCK_ASPECTS : BLOCK_ASPECTS.slice(0, 1);
  const layouts = aspects.map((aspect) => place(blocks, edges, options, aspect));
  const misfit = ({ width, height }: Size) => Math.abs(Math.log(width / height / SCREEN_ASPECT));
  return layouts.reduce((best, layout) => (misfit(layout) < misfit(best) ? layout : best));
}

function blockEdges(graph: PictureGraph, blocks: readonly Block[]): Edge[] {
  const blockOf = new Map(blocks.flatMap(({ lanes }, block) => lanes.flat().map((task) => [task, block] as const)));
  const edges = new Map<string, Edge>();
  graph.needs.forEach((needs, task) => {
    for (const need of needs) {
      const [from, to] = [blockOf.get(need), blockOf.get(task)];
      if (from !== undefined && to !== undefined && from !== to) edges.set(`${from} ${to}`, { from, to });
    }
  });
  return [...edges.values()];
}

function place(
  blocks: readonly Block[],
  edges: readonly Edge[],
  { cell, rowGap }: LayoutOptions,
  aspect: number,
): Layout {
  const arrangements = blocks.map((block) => arrange(block, cell, rowGap, aspect));
  const { columns, routes } = findColumns(arrangements.length, edges);
  const arrangementOf = ({ block }: Slot): Arrangement | undefined =>
    block === undefined ? undefined : arrangements[block];
  const half = (slot: Slot) => {
    const arrangement = arrangementOf(slot);
    if (arrangement === undefined) return BEND_HALF;
    return (arrangement.height + rowGap) / 2 + (arrangement.block.shape === 'task' ? 0 : FRAME_MARGIN);
  };
  const middles = alignColumns(columns, half);
  const spans = columnSpans(columns, arrangementOf);
  const corners = new Map<number, Point>();
  for (const [slot, middle] of middles) {
    const arrangement = arrangementOf(slot);
    const span = spans[slot.column];
    if (slot.block === undefined || arrangement === undefined || span === undefined) continue;
    const x = (span.left + span.right - arrangement.width) / 2;
    corners.set(slot.block, { x, y: middle - arrangement.height / 2 });
  }
  const boxes: Point[] = [];
  const frames: Layout['frames'][number][] = [];
  const lines: Line[] = [];
  arrangements.forEach(({ block, width, height, places, links }, index) => {
    const corner = corners.get(index) ?? { x: 0, y: 0 };
    const moved = ({ x, y }: Point): Point => ({ x: corner.x + x, y: corner.y + y });
    for (const [task, point] of places) boxes[task] = moved(point);
    for (const { from, to, points } of links) lines.push({ from: [from], to: [to], points: points.map(moved) });
    if (block.shape !== 'task') frames.push({ ...corner, width, height, tasks: places.size });
  });
  routes.forEach((route, index) => {
    const edge = edges[index];
    if (edge !== undefined) lines.push(line(edge, blocks, route.flatMap(pointsThrough)));
  });
  return {
    width: Math.max(0, ...spans.map(({ right }) => right)),
    height: [...middles].reduce((most, [slot, middle]) => Math.max(most, middle + half(slot)), 0),
    boxes,
    frames,
    lines: lines.filter(({ points }) => points.length > 1),
  };

  /** A line begins and ends at the sides of blocks, and is straight within the columns that it passes. */
  function pointsThrough(slot: Slot, index: number, route: readonly Slot[]): Point[] {
    const y = middles.get(slot) ?? 0;
    const span = spans[slot.column] ?? { left: 0, right: 0 };
    const width = arrangementOf(slot)?.width ?? span.right - span.left;
    const centre = (span.left + span.right) / 2;
    const own = { left: centre - width / 2, right: centre + width / 2 };
    if (index === 0) return distinct([own.right, span.right], y);
    if (index === route.length - 1) return distinct([span.left, own.left], y);
    return distinct([span.left, span.right], y);
  }
}

function distinct(xs: readonly number[], y: number): Point[] {
  return [...new Set(xs)].map((x) => ({ x, y }));
}

function line(edge: Edge, blocks: readonly Block[], points: readonly Point[]): Line {
  return {
    from: blocks[edge.from]?.lanes.flatMap((lane) => lane.at(-1) ?? []) ?? [],
    to: blocks[edge.to]?.lanes.flatMap((lane) => lane[0] ?? []) ?? [],
    points,
  };
}

/** The gap between two columns grows with the number of lines in it, so that they can be distinguished. */
function columnSpans(
  columns: readonly (readonly Slot[])[],
  arrangementOf: (slot: Slot) => Arrangement | undefined,
): { left: number; right: number }[] {
  let x = 0;
  return columns.map((column) => {
    const left = x;
    const right = left + column.reduce((most, slot) => Math.max(most, arrangementOf(slot)?.width ?? 0), 0);
    const lines = column.reduce((sum, slot) => sum + slot.right.length, 0);
    x = right + Math.min(200, 52 + 1.5 * lines);
    return { left, right };
  });
}
