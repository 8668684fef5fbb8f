// Blocks are the units that the layout places. Most tasks are a block of their own. Two shapes are gathered, because layered layouts
// draw them as one very long row or column:
// - many chains of tasks with the same needs and the same dependents (a fan-out) become one grid, with one line in and one out;
// - one long chain becomes a snake that turns at the end of each row.
import type { PictureGraph } from '../../../domain/picture/graph.js';

export interface Block {
  readonly shape: 'task' | 'grid' | 'snake';
  /** Chains of tasks, by index. A task and a snake have one. */
  readonly lanes: readonly (readonly number[])[];
}

/** A column with fewer boxes than this is still easy to survey. */
const SMALLEST_GRID = 12;
const SHORTEST_SNAKE = 12;

export function gatherBlocks(graph: PictureGraph): Block[] {
  const groups = new Map<string, number[][]>();
  for (const lane of findLanes(graph)) {
    const [first, last] = [lane[0] ?? -1, lane.at(-1) ?? -1];
    const key = `${graph.needs[first]?.join() ?? ''}|${graph.dependents[last]?.join() ?? ''}|${lane.length}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [lane]);
    else group.push(lane);
  }
  return [...groups.values()].flatMap((lanes): Block[] => {
    if (lanes.length >= SMALLEST_GRID) return [{ shape: 'grid', lanes }];
    return lanes.flatMap((lane): Block[] =>
      lane.length >= SHORTEST_SNAKE
        ? [{ shape: 'snake', lanes: [lane] }]
        : lane.map((task): Block => ({ shape: 'task', lanes: [[task]] })),
    );
  });
}

/** The longest chains in which each task is the only dependent of the one before, which is its only need. */
function findLanes({ needs, dependents }: PictureGraph): number[][] {
  const follower = (task: number): number | undefined => {
    const [next, other] = dependents[task] ?? [];
    return next !== undefined && other === undefined && needs[next]?.length === 1 ? next : undefined;
  };
  const followers = new Set(needs.flatMap((_, task) => follower(task) ?? []));
  const seen = new Set<number>();
  const lanes: number[][] = [];
  // The tasks that are left after the chains with a beginning are on cycles, which are cut at any task.
  for (const start of [...[...needs.keys()].filter((task) => !followers.has(task)), ...needs.keys()]) {
    const lane: number[] = [];
    for (let task: number | undefined = start; task !== undefined && !seen.has(task); task = follower(task)) {
      seen.add(task);
      lane.push(task);
    }
    if (lane.length > 0) lanes.push(lane);
  }
  return lanes;
}
