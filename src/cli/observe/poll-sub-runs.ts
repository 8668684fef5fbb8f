// Polls the sub-plans of a run. A sub-plan that has ended is polled once more, so that its end is shown, and then kept unchanged.
import { RunNotFoundError } from '../../client/errors.js';
import type { RunObservation } from '../../client/run-handle.js';
import type { SeenRun } from '../view/seen-run.js';
import type { PollRun } from './poll-run.js';

/** A screen has room for this many sub-plans. The others of a forEach follow as these end. */
const MAX_POLLED = 8;

type Parent = Pick<RunObservation, 'snapshot' | 'below'>;

/** All sub-plans that have been seen so far, each after its parent. */
export type PollSubRuns = (parent: Parent) => Promise<readonly SeenRun[]>;

export function createPollSubRuns(pollRun: PollRun): PollSubRuns {
  const seen = new Map<string, SeenRun>();
  /** The ids of plans that a planner made and that did not run. */
  const absent = new Set<string>();

  /** Polls one sub-plan, and returns the ids of its own sub-plans. */
  async function poll(id: string): Promise<readonly string[]> {
    try {
      const { below, facts, snapshot } = await pollRun(id);
      seen.set(id, { facts, snapshot });
      return below;
    } catch (error) {
      // Any other problem of a sub-plan is reported by its parent.
      if (error instanceof RunNotFoundError) absent.add(id);
      return [];
    }
  }

  return async (parent) => {
    const open = [...seen].flatMap(([id, sub]) => (isOpen(sub) ? [id] : []));
    let ids = [...open, ...subRunIds(parent)];
    const polled = new Set<string>();
    while (ids.length > 0) {
      const due = [...new Set(ids)].filter((id) => !polled.has(id) && !absent.has(id) && isOpen(seen.get(id)));
      ids = due.slice(0, MAX_POLLED - polled.size);
      for (const id of ids) polled.add(id);
      ids = (await Promise.all(ids.map(poll))).flat();
    }
    return [...seen.values()];
  };
}

/** A sub-plan that has not been seen yet may be open. */
const isOpen = (sub: SeenRun | undefined): boolean =>
  sub === undefined || sub.snapshot.status === 'running' || sub.snapshot.status === 'paused';

/** The sub-plans in progress, and the generated plans that may have started and ended between two polls. */
const subRunIds = ({ below, snapshot: { runId, tasks } }: Parent): string[] => [
  ...below,
  ...Object.entries(tasks).flatMap(([id, { plan, status }]) =>
    plan !== undefined && status !== 'running' ? [`${runId}/${id}`] : [],
  ),
];
