// The column of each block, and the order within a column: from left to right, with few crossings. A line that passes a column has a
// slot in it, as a block has.
import { defined } from '../../../domain/json/defined.js';
import { orderColumns, type Order } from './order.js';
import { rankBlocks } from './rank.js';
import type { Edge, Slot } from './slot.js';

export interface Columns {
  /** From left to right, each from top to bottom. */
  readonly columns: Order;
  /** The slots of each edge from left to right, both ends included. */
  readonly routes: readonly (readonly Slot[])[];
}

/** Blocks are numbered in the order of the plan. */
export function findColumns(count: number, edges: readonly Edge[]): Columns {
  const ranks = rankBlocks(count, edges);
  const columns: Slot[][] = Array.from({ length: Math.max(-1, ...new Set(ranks)) + 1 }, () => []);
  let id = 0;
  const add = (column: number, block?: number): Slot => {
    const slot: Slot = { id: id++, column, left: [], right: [], ...defined({ block }) };
    columns[column]!.push(slot);
    return slot;
  };
  const slots = ranks.map((column, block) => add(column, block));
  const routes = edges.map(({ from, to }) => {
    const [first, last] = [slots[from]!, slots[to]!].sort((a, b) => a.column - b.column) as [Slot, Slot];
    const bends = Array.from({ length: last.column - first.column - 1 }, (_, index) => add(first.column + index + 1));
    const route = [first, ...bends, last];
    route.slice(1).forEach((slot, index) => {
      route[index]!.right.push(slot);
      slot.left.push(route[index]!);
    });
    return route;
  });
  return { columns: orderColumns(columns), routes };
}
