// The column of each block. A block is to the right of what it needs, and as near to its neighbours as that allows. An edge that
// closes a cycle counts as if it led the other way, so that a plan with errors can be drawn too.
import type { Edge } from './slot.js';

/** Rounds of moving blocks towards their neighbours. More than three changed nothing in the pictures that were measured. */
const ROUNDS = 3;

/** The column of each block, from 0. */
export function rankBlocks(count: number, edges: readonly Edge[]): number[] {
  const { order, before, after } = withoutCycles(count, edges);
  const ranks = Array.from({ length: count }, () => 0);
  for (const block of order) ranks[block] = before[block]!.reduce((most, need) => Math.max(most, ranks[need]! + 1), 0);
  for (let round = 0; round < ROUNDS; round++) {
    // A block that leads to more blocks than it needs makes the lines shorter if it moves right, any other if it moves left.
    for (const block of [...order].reverse()) {
      if (after[block]!.length > before[block]!.length)
        ranks[block] = after[block]!.reduce((least, next) => Math.min(least, ranks[next]! - 1), Infinity);
    }
    for (const block of order) {
      if (after[block]!.length < before[block]!.length)
        ranks[block] = before[block]!.reduce((most, need) => Math.max(most, ranks[need]! + 1), 0);
    }
  }
  // Moving may have emptied columns.
  const used = [...new Set(ranks)].sort((a, b) => a - b);
  const columns = new Map(used.map((rank, column) => [rank, column]));
  return ranks.map((rank) => columns.get(rank)!);
}

interface Acyclic {
  /** Every block after those before it. */
  readonly order: readonly number[];
  readonly before: readonly (readonly number[])[];
  readonly after: readonly (readonly number[])[];
}

function withoutCycles(count: number, edges: readonly Edge[]): Acyclic {
  const lists = (): number[][] => Array.from({ length: count }, () => []);
  const next = lists();
  for (const { from, to } of edges) next[from]?.push(to);
  const [before, after] = [lists(), lists()];
  /** Absent: not visited; false: on the path; true: done. */
  const done = new Map<number, boolean>();
  const finished: number[] = [];
  for (let start = 0; start < count; start++) {
    const path = done.has(start) ? [] : [{ block: start, at: 0 }];
    if (path.length > 0) done.set(start, false);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const to = next[top.block]![top.at++];
      if (to === undefined) {
        done.set(top.block, true);
        finished.push(top.block);
        path.pop();
        continue;
      }
      const isBack = done.get(to) === false;
      const [left, right] = isBack ? [to, top.block] : [top.block, to];
      before[right]!.push(left);
      after[left]!.push(right);
      if (done.has(to)) continue;
      done.set(to, false);
      path.push({ block: to, at: 0 });
    }
  }
  return { order: finished.reverse(), before, after };
}
