// The order of the slots within each column: few crossings of lines, and the order of the plan wherever that costs none.
// Sweeps that move each slot to the mean of its neighbours (Sugiyama, Tagawa and Toda 1981), then switches of neighbours, as in the paper by Gansner,
// Koutsofios, North and Vo, "A Technique for Drawing Directed Graphs" (1993). The best order seen is kept.
import type { Slot } from './slot.js';

/** Sweeps without a better result after which the search ends. */
const PATIENCE = 6;
/** Passes of switches over all columns. Later passes move few slots. */
const MAX_PASSES = 8;

/** Slots that all sweeps together may visit: about a second. Pictures with fewer slots than 10,000 mostly end by patience before. */
const MAX_VISITS = 300_000;

export type Order = readonly (readonly Slot[])[];

/** By the id of a slot: its place in its column. */
type Positions = Int32Array;

/** `columns` are in the order of the plan, which is also the order of the result if it has no crossings. */
export function orderColumns(columns: Order): Order {
  let best = switchNeighbours(columns);
  let least = countCrossings(best);
  const size = sizeOf(columns);
  const starts = [columns, depthFirst(columns)];
  const sweeps = Math.ceil(MAX_VISITS / Math.max(1, size) / starts.length);
  for (const start of starts) {
    let order = start;
    for (let sweep = 0, idle = 0; idle < PATIENCE && sweep < sweeps && least > 0; sweep++, idle++) {
      // Slots with the same mean keep their order in some sweeps and change it in others: neither alone leaves every bad order.
      order = switchNeighbours(sweepOnce(order, sweep % 2 === 0 ? 'left' : 'right', sweep % 4 >= 2));
      const crossings = countCrossings(order);
      if (crossings >= least) continue;
      [best, least, idle] = [order, crossings, -1];
    }
  }
  return best;
}

/** The order in which a search from left to right reaches the slots: those that lines connect are near each other. */
function depthFirst(columns: Order): Order {
  const order = columns.map((): Slot[] => []);
  const seen = new Set<Slot>();
  for (const start of columns.flat()) {
    const open = [start];
    for (let slot = open.pop(); slot !== undefined; slot = open.pop()) {
      if (seen.has(slot)) continue;
      seen.add(slot);
      order[slot.column]!.push(slot);
      open.push(...slot.right.toReversed());
    }
  }
  return order;
}

/** Each slot goes to the mean position of its neighbours on one side. A slot without any keeps its place among the others. */
function sweepOnce(columns: Order, side: 'left' | 'right', reversesTies: boolean): Order {
  const positions = positionsOf(columns);
  const sorted = [...columns];
  const start = side === 'left' ? 1 : columns.length - 2;
  const step = side === 'left' ? 1 : -1;
  for (let column = start; sorted[column] !== undefined; column += step) {
    const slots = sorted[column]!;
    const means = slots.map((slot, index) => ({ slot, mean: meanOf(slot[side], positions) ?? index }));
    const order = (reversesTies ? means.reverse() : means).sort((a, b) => a.mean - b.mean).map(({ slot }) => slot);
    order.forEach(({ id }, index) => (positions[id] = index));
    sorted[column] = order;
  }
  return sorted;
}

/** Switches two neighbours if that removes crossings, or costs none and restores the order of the plan. */
function switchNeighbours(columns: Order): Order {
  const order = columns.map((column) => [...column]);
  const positions = positionsOf(order);
  const open = new Set(order.keys());
  for (let pass = 0; pass < MAX_PASSES && open.size > 0; pass++) {
    for (const column of [...open]) {
      open.delete(column);
      if (!switchWithin(order[column]!, positions)) continue;
      for (const changed of [column - 1, column, column + 1]) if (order[changed] !== undefined) open.add(changed);
    }
  }
  return order;
}

function switchWithin(column: Slot[], positions: Positions): boolean {
  const neighbours = column.map((slot) => [sorted(slot.left, positions), sorted(slot.right, positions)] as const);
  let changed = false;
  for (let index = 1; index < column.length; index++) {
    const [upper, lower] = [column[index - 1]!, column[index]!];
    const [above, below] = [neighbours[index - 1]!, neighbours[index]!];
    const now = crossingsOf(above[0], below[0]) + crossingsOf(above[1], below[1]);
    const isUnplanned = upper.block !== undefined && lower.block !== undefined && upper.block > lower.block;
    if (now === 0 && !isUnplanned) continue;
    const switched = crossingsOf(below[0], above[0]) + crossingsOf(below[1], above[1]);
    if (switched > now || (switched === now && !isUnplanned)) continue;
    column[index - 1] = lower;
    column[index] = upper;
    neighbours[index - 1] = below;
    neighbours[index] = above;
    positions[lower.id] = index - 1;
    positions[upper.id] = index;
    changed = true;
  }
  return changed;
}

/** The crossings between the lines of two neighbours, the first of which is above. Both lists ascend. */
function crossingsOf(above: readonly number[], below: readonly number[]): number {
  let crossings = 0;
  let smaller = 0;
  for (const position of above) {
    while (smaller < below.length && below[smaller]! < position) smaller++;
    crossings += smaller;
  }
  return crossings;
}

/** All crossings: inversions between neighbouring columns, counted with a Fenwick tree (Barth, Mutzel and Jünger 2004). */
export function countCrossings(columns: Order): number {
  const positions = positionsOf(columns);
  let crossings = 0;
  for (const [column, slots] of columns.entries()) {
    const size = columns[column + 1]?.length ?? 0;
    const tree = new Int32Array(size + 1);
    let seen = 0;
    for (const slot of slots) {
      const ends = sorted(slot.right, positions);
      for (const end of ends) {
        let notAfter = 0;
        for (let at = end + 1; at > 0; at -= at & -at) notAfter += tree[at]!;
        crossings += seen - notAfter;
      }
      for (const end of ends) for (let at = end + 1; at <= size; at += at & -at) tree[at]!++;
      seen += ends.length;
    }
  }
  return crossings;
}

const sizeOf = (columns: Order): number => columns.reduce((sum, { length }) => sum + length, 0);

function positionsOf(columns: Order): Positions {
  const positions = new Int32Array(sizeOf(columns));
  for (const column of columns) column.forEach(({ id }, index) => (positions[id] = index));
  return positions;
}

function sorted(slots: readonly Slot[], positions: Positions): number[] {
  const found = slots.map(({ id }) => positions[id]!);
  // Most slots are parts of lines, and have one neighbour.
  return found.length < 2 ? found : found.sort((a, b) => a - b);
}

function meanOf(slots: readonly Slot[], positions: Positions): number | undefined {
  if (slots.length === 0) return undefined;
  return slots.reduce((sum, { id }) => sum + positions[id]!, 0) / slots.length;
}
