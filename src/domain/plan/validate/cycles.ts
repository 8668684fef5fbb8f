// Finds cycles among tasks: one for each group of tasks that wait for each other, the shortest through the group's first task.
// The groups are found by R. Tarjan, "Depth-first search and linear graph algorithms", 1972. It keeps its own stack, because a
// chain of tasks may be longer than the JavaScript stack allows.

type Edges = ReadonlyMap<string, readonly string[]>;

/** Each cycle begins and ends with the same id; each id needs the next. Edges to ids that are not keys are ignored. */
export function findCycles(needs: Edges): string[][] {
  const cycles: string[][] = [];
  const order = new Map([...needs.keys()].map((id, i) => [id, i]));
  for (const group of groupsIn(needs)) {
    const start = group.reduce((first, id) => (order.get(id)! < order.get(first)! ? id : first));
    cycles.push(shortestCycle(start, new Set(group), needs));
  }
  return cycles;
}

interface Frame {
  readonly id: string;
  /** The index of the next need. */
  next: number;
}

/** The strongly connected groups that contain a cycle. */
function groupsIn(needs: Edges): string[][] {
  const groups: string[][] = [];
  const found = new Map<string, number>();
  const low = new Map<string, number>();
  const pending: string[] = [];
  const isPending = new Set<string>();
  const enter = (id: string): Frame => {
    found.set(id, found.size);
    low.set(id, found.get(id)!);
    pending.push(id);
    isPending.add(id);
    return { id, next: 0 };
  };
  const lower = (id: string, to: number) => void low.set(id, Math.min(low.get(id)!, to));

  for (const root of needs.keys()) {
    if (found.has(root)) continue;
    const frames = [enter(root)];
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const { id } = frame;
      const need = needs.get(id)![frame.next++];
      if (need !== undefined) {
        if (!needs.has(need)) continue;
        if (!found.has(need)) frames.push(enter(need));
        else if (isPending.has(need)) lower(id, found.get(need)!);
        continue;
      }
      frames.pop();
      const parent = frames.at(-1);
      if (parent !== undefined) lower(parent.id, low.get(id)!);
      if (low.get(id) !== found.get(id)) continue;
      const group = pending.splice(pending.lastIndexOf(id));
      for (const member of group) isPending.delete(member);
      if (group.length > 1 || needs.get(id)!.includes(id)) groups.push(group);
    }
  }
  return groups;
}

/** Searches breadth first, from the start back to it. */
function shortestCycle(start: string, members: ReadonlySet<string>, needs: Edges): string[] {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  // The queue grows while it is iterated.
  for (const id of queue) {
    for (const need of needs.get(id)!) {
      if (need === start) {
        const back = [start];
        for (let at: string | undefined = id; at !== undefined; at = cameFrom.get(at)) back.push(at);
        return back.reverse();
      }
      if (!members.has(need) || cameFrom.has(need)) continue;
      cameFrom.set(need, id);
      queue.push(need);
    }
  }
  return [start];
}
