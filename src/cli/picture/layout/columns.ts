// The column of each block, and the order within a column, as dagre finds them: left to right, with few crossings.
// dagre's own coordinates are not used: it spreads wide layers over several times the height that they need.
import dagre from '@dagrejs/dagre';
import { defined } from '../../../domain/json/defined.js';
import type { Size } from './geometry.js';

/** One position in a column: a block, or a bend of a line that passes through. */
export interface Slot {
  readonly column: number;
  /** Absent for a bend. */
  readonly block?: number;
  /** The slots that lines connect it to, in the column to the left and in the column to the right. */
  readonly left: Slot[];
  readonly right: Slot[];
}

export interface Edge {
  readonly from: number;
  readonly to: number;
}

export interface Columns {
  /** From left to right, each from top to bottom. */
  readonly columns: readonly (readonly Slot[])[];
  /** The slots of each edge from left to right, both ends included. */
  readonly routes: readonly (readonly Slot[])[];
}

/** Small, because lines may pass close to each other. */
const BEND_GAP = 6;

export function findColumns(sizes: readonly Size[], edges: readonly Edge[]): Columns {
  const graph = new dagre.graphlib.Graph();
  // "network-simplex", dagre's default, took six times as long for 500 tasks, and its result was not smaller.
  graph.setGraph({ rankdir: 'LR', ranker: 'tight-tree', nodesep: 14, edgesep: BEND_GAP, ranksep: 60 });
  sizes.forEach(({ width, height }, block) => graph.setNode(String(block), { width, height }));
  for (const { from, to } of edges) graph.setEdge(String(from), String(to), {});
  dagre.layout(graph);

  const placed = sizes.map((_, block): { x: number; y: number } => {
    const { x, y } = graph.node(String(block));
    return { x: Math.round(x), y };
  });
  const centres = [...new Set(placed.map(({ x }) => x))].sort((a, b) => a - b);
  const columnAt = new Map(centres.map((x, column) => [x, column]));
  const columns: { slot: Slot; y: number }[][] = centres.map(() => []);
  const add = (column: number, y: number, block?: number): Slot => {
    const slot: Slot = { column, left: [], right: [], ...defined({ block }) };
    columns[column]?.push({ slot, y });
    return slot;
  };
  const slots = placed.map(({ x, y }, block) => add(columnAt.get(x) ?? 0, y, block));
  const routes = edges.map(({ from, to }) => {
    const { points } = graph.edge(String(from), String(to));
    const ends = [slots[from], slots[to]].filter((slot) => slot !== undefined).sort((a, b) => a.column - b.column);
    const [first, last] = ends;
    if (first === undefined || last === undefined) return [];
    const bends = points.flatMap(({ x, y }) => {
      const column = columnAt.get(Math.round(x));
      return column !== undefined && column > first.column && column < last.column ? [add(column, y)] : [];
    });
    const route = [first, ...bends.sort((a, b) => a.column - b.column), last];
    route.slice(1).forEach((slot, index) => {
      route[index]?.right.push(slot);
      if (route[index] !== undefined) slot.left.push(route[index]);
    });
    return route;
  });
  return { columns: columns.map((column) => column.sort((a, b) => a.y - b.y).map(({ slot }) => slot)), routes };
}
