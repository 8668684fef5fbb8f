// The vertical position of each slot: as near to the slots that lines connect it to as the order and the gaps of its column allow.
// Each column is solved exactly, by isotonic regression: slots whose wanted positions are in the wrong order are pooled at their
// mean. Sweeps over the columns alternate between right and left.
import type { Slot } from './slot.js';

interface Pool {
  value: number;
  weight: number;
  count: number;
}

const SWEEPS = 8;
/** Lines that pass through are kept straight, at the expense of boxes that are in the middle of their neighbours. */
const BEND_WEIGHT = 3;

/** Returns the middle of each slot; the top of the highest box is at 0. `half` is half of a slot's height, including its gap. */
export function alignColumns(columns: readonly (readonly Slot[])[], half: (slot: Slot) => number): Map<Slot, number> {
  // By the id of a slot.
  const middles = new Float64Array(columns.reduce((sum, { length }) => sum + length, 0));
  for (const column of columns) {
    const height = column.reduce((sum, slot) => sum + 2 * half(slot), 0);
    let y = -height / 2;
    for (const slot of column) {
      middles[slot.id] = y + half(slot);
      y += 2 * half(slot);
    }
  }
  const sweep = (order: readonly (readonly Slot[])[], sides: (slot: Slot) => readonly Slot[]) => {
    for (const column of order) settle(column, half, middles, sides);
  };
  const backwards = [...columns].reverse();
  for (let round = 0; round < SWEEPS; round++) {
    sweep(columns, (slot) => slot.left);
    sweep(backwards, (slot) => slot.right);
  }
  sweep(columns, (slot) => [...slot.left, ...slot.right]);
  sweep(backwards, (slot) => [...slot.left, ...slot.right]);
  return closeGaps(new Map(columns.flatMap((column) => column.map((slot) => [slot, middles[slot.id]!]))), half);
}

/** Moves all slots up so that the first begins at 0. Parts that no line connects would leave empty horizontal bands: these are closed. */
function closeGaps(middles: ReadonlyMap<Slot, number>, half: (slot: Slot) => number): Map<Slot, number> {
  const topDown = [...middles].sort(([a, aMiddle], [b, bMiddle]) => aMiddle - half(a) - (bMiddle - half(b)));
  const closed = new Map<Slot, number>();
  let bottom = 0;
  let shift = -Infinity;
  for (const [slot, middle] of topDown) {
    const top = middle - half(slot);
    // In the moved coordinates, no slot begins below the lowest end so far.
    shift = Math.max(shift, top - bottom);
    closed.set(slot, middle - shift);
    bottom = Math.max(bottom, middle - shift + half(slot));
  }
  return closed;
}

function settle(
  column: readonly Slot[],
  half: (slot: Slot) => number,
  middles: Float64Array,
  sides: (slot: Slot) => readonly Slot[],
): void {
  const pools: Pool[] = [];
  const offsets: number[] = [];
  let offset = 0;
  for (const slot of column) {
    offset += half(slot);
    offsets.push(offset);
    const wanted = meanOf(sides(slot), middles) ?? middles[slot.id]!;
    pools.push({ value: wanted - offset, weight: slot.block === undefined ? BEND_WEIGHT : 1, count: 1 });
    offset += half(slot);
    for (let last = pools.at(-1), before = pools.at(-2); last && before && before.value > last.value;) {
      const weight = before.weight + last.weight;
      before.value = (before.value * before.weight + last.value * last.weight) / weight;
      before.weight = weight;
      before.count += last.count;
      pools.pop();
      [last, before] = [before, pools.at(-2)];
    }
  }
  let index = 0;
  for (const { value, count } of pools) {
    for (const end = index + count; index < end; index++) {
      const slot = column[index];
      if (slot !== undefined) middles[slot.id] = value + (offsets[index] ?? 0);
    }
  }
}

function meanOf(slots: readonly Slot[], middles: Float64Array): number | undefined {
  return slots.length === 0 ? undefined : slots.reduce((sum, { id }) => sum + middles[id]!, 0) / slots.length;
}
