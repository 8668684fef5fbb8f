// The tasks that may start now, by priority, then first come, first served. Plain JSON; each operation is amortized O(1).
// Lane 0 holds what needs no capacity (waits, conditions); lanes 1 to 5 hold calls, by priority.

export interface ReadyQueue {
  readonly lanes: { entries: string[]; head: number }[];
}

export const FREE_LANE = 0;
const LANES = 6;
/** A lane with fewer taken entries than this is not compacted. */
const COMPACT_FROM = 1024;

export const emptyQueue = (): ReadyQueue => ({
  lanes: Array.from({ length: LANES }, () => ({ entries: [], head: 0 })),
});

export function enqueue(queue: ReadyQueue, lane: number, id: string): void {
  queue.lanes[lane]!.entries.push(id);
}

/** Takes the first entry of the first lane that has one; only of the free lane if no calls may start. */
export function dequeue(queue: ReadyQueue, callsMayStart: boolean): string | undefined {
  for (const lane of callsMayStart ? queue.lanes : queue.lanes.slice(0, 1)) {
    if (lane.head >= lane.entries.length) continue;
    const id = lane.entries[lane.head++]!;
    if (lane.head >= COMPACT_FROM && lane.head * 2 > lane.entries.length) {
      lane.entries = lane.entries.slice(lane.head);
      lane.head = 0;
    }
    return id;
  }
  return undefined;
}

/** Puts an entry that has just been taken back to the front. */
export function putBack(queue: ReadyQueue, lane: number, id: string): void {
  const { entries, head } = queue.lanes[lane]!;
  if (head === 0) entries.unshift(id);
  else entries[--queue.lanes[lane]!.head] = id;
}

export const isEmpty = (queue: ReadyQueue): boolean => queue.lanes.every(({ entries, head }) => head >= entries.length);
