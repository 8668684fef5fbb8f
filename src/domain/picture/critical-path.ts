// The critical path of a run: the tasks that its duration depends on. From the task that ended last, each step goes to the need that
// ended last, because the task could not start before that one had ended.

export interface TimedTask {
  readonly id: string;
  readonly needs: readonly string[];
  /** Milliseconds since 1970. */
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
}

/** Ids from first to last. Tasks that have not started are not on it; `now` is the end of those that have not ended. */
export function criticalPath(tasks: readonly TimedTask[], now: number): string[] {
  const started = new Map(tasks.filter(({ startedAt }) => startedAt !== undefined).map((task) => [task.id, task]));
  const endOf = ({ endedAt }: TimedTask): number => endedAt ?? now;
  const latest = (candidates: Iterable<TimedTask>): TimedTask | undefined =>
    [...candidates].reduce<TimedTask | undefined>(
      (last, task) => (last === undefined || endOf(task) > endOf(last) ? task : last),
      undefined,
    );
  const path: string[] = [];
  let task = latest(started.values());
  while (task !== undefined) {
    path.push(task.id);
    // Each task is on the path once, also in a plan that has a cycle.
    started.delete(task.id);
    task = latest(task.needs.flatMap((id) => started.get(id) ?? []));
  }
  return path.reverse();
}
