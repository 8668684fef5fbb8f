// The edges of a picture by index, in both directions. A need that is not a task of the picture, and a duplicate, are left out,
// so that a plan with errors can be drawn too.

export interface PictureGraph {
  /** For each task, the indexes of the tasks that it needs, ascending. */
  readonly needs: readonly (readonly number[])[];
  /** For each task, the indexes of the tasks that need it, ascending. */
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
 * An order in which every task comes after the tasks that it needs, and soon after them: depth first from the tasks that no task
 * needs. Tasks on a cycle come in any order.
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
