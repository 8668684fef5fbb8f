// The positions of the tasks within a block, and the size of the block.
import type { Block } from './blocks.js';
import type { Point, Size } from './geometry.js';

export interface Arrangement extends Size {
  readonly block: Block;
  /** The upper left corner of each task, relative to the block's. */
  readonly places: ReadonlyMap<number, Point>;
  /** Lines between tasks of the block, relative to the block's corner. */
  readonly links: readonly { readonly from: number; readonly to: number; readonly points: readonly Point[] }[];
}

const FRAME_PADDING = 14;
const TASK_GAP = 16;
/** Space for an arrow between two tasks. */
const LINK_GAP = 30;
/** Clearly larger than the gap between two tasks of a chain. */
const LANE_GAP = 64;

/** `aspect` is the wanted ratio of width to height. */
export function arrange(block: Block, cell: Size, rowGap: number, aspect: number): Arrangement {
  if (block.shape === 'snake') return arrangeSnake(block, cell, aspect);
  const length = block.lanes[0]?.length ?? 1;
  const laneWidth = length * (cell.width + LINK_GAP) - LINK_GAP;
  const gap = length === 1 ? TASK_GAP : LANE_GAP;
  const pitch = { x: laneWidth + gap, y: cell.height + rowGap };
  const columns = columnsFor(block.lanes.length, pitch, aspect);
  const rows = Math.ceil(block.lanes.length / columns);
  const inset = block.shape === 'grid' ? FRAME_PADDING : 0;
  const corner = (lane: number, index: number): Point => ({
    x: inset + Math.floor(lane / rows) * pitch.x + index * (cell.width + LINK_GAP),
    y: inset + (lane % rows) * pitch.y,
  });
  return {
    block,
    width: Math.ceil(block.lanes.length / rows) * pitch.x - gap + 2 * inset,
    height: rows * pitch.y - rowGap + 2 * inset,
    places: new Map(block.lanes.flatMap((tasks, lane) => tasks.map((task, index) => [task, corner(lane, index)]))),
    links: block.lanes.flatMap((tasks, lane) =>
      tasks.slice(1).map((to, index) => ({
        from: tasks[index] ?? to,
        to,
        points: sideToSide(corner(lane, index), corner(lane, index + 1), cell),
      })),
    ),
  };
}

function arrangeSnake(block: Block, cell: Size, aspect: number): Arrangement {
  const tasks = block.lanes[0] ?? [];
  const pitch = { x: cell.width + LINK_GAP, y: cell.height + LINK_GAP };
  const columns = columnsFor(tasks.length, pitch, aspect);
  const corner = (index: number): Point => {
    const row = Math.floor(index / columns);
    const column = index % columns;
    const fromLeft = row % 2 === 0 ? column : columns - 1 - column;
    return { x: FRAME_PADDING + fromLeft * pitch.x, y: FRAME_PADDING + row * pitch.y };
  };
  return {
    block,
    width: columns * pitch.x - LINK_GAP + 2 * FRAME_PADDING,
    height: Math.ceil(tasks.length / columns) * pitch.y - LINK_GAP + 2 * FRAME_PADDING,
    places: new Map(tasks.map((task, index) => [task, corner(index)])),
    links: tasks.slice(1).map((to, index) => ({
      from: tasks[index] ?? to,
      to,
      points: sideToSide(corner(index), corner(index + 1), cell),
    })),
  };
}

function columnsFor(count: number, pitch: Point, aspect: number): number {
  return Math.min(count, Math.max(1, Math.round(Math.sqrt((count * pitch.y * aspect) / pitch.x))));
}

/** A line from the side of one box to the facing side of the next: to the right, to the left or down. */
function sideToSide(from: Point, to: Point, { width, height }: Size): Point[] {
  if (to.x === from.x) {
    const x = from.x + width / 2;
    return [
      { x, y: from.y + height },
      { x, y: to.y },
    ];
  }
  const y = from.y + height / 2;
  return to.x > from.x
    ? [
        { x: from.x + width, y },
        { x: to.x, y },
      ]
    : [
        { x: from.x, y },
        { x: to.x + width, y },
      ];
}
