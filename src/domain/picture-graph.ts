// The edges of a picture by index, both ways. Tolerant: a need that is no task of the picture, and one that is named
// twice, are left out, so that whatever can be said of a plan can be drawn.

export interface PictureGraph {
  /** For each task the indexes of those that it needs, ascending. */
  readonly needs: readonly (readonly number[])[];
  /** For each task the indexes of those that need it, ascending. */
  readonly dependents: readonly (readonly number[])[];
}

export function pictureGraph(
  tasks: readonly { readonly id: string; readonly needs: readonly string[] }[],
): PictureGraph {
  const indexes = new Map(tasks.map((task, index) => [task.id, index]));
  const dependents: number[][] = tasks.map(() => []);
  const needs = tasks.map((task, index) => {
    const found = new Set(task.needs.flatMap((id) => indexes.get(id) ?? []));
    found.delete(index);
    for (const need of found) dependents[need]?.push(index);
    return [...found].sort((a, b) => a - b);
  });
  return { needs, dependents };
}

/**
 * An order in which everything comes after what it needs, and as soon after it as may be: depth first from the last
 * tasks. What lies on a cycle comes in some order.
 */
export function depthFirstOrder({ needs, dependents }: PictureGraph): number[] {
  const order: number[] = [];
  const seen = new Set<number>();
  const all = [...needs.keys()];
  const ends = all.filter((index) => dependents[index]?.length === 0);
  for (const start of [...ends, ...all]) {
    const path = seen.has(start) ? [] : [{ index: start, next: 0 }];
    seen.add(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const need = needs[top.index]?.[top.next++];
      if (need === undefined) {
        order.push(top.index);
        path.pop();
      } else if (!seen.has(need)) {
        seen.add(need);
        path.push({ index: need, next: 0 });
      }
    }
  }
  return order;
}
