// Looks at the sub-plans of a run. One that has ended is looked at once more, so that its end is seen too, and is then kept
// as it was.
import { RunNotFound } from '../client/errors.js';
import type { RunLook } from '../client/run-handle.js';
import type { Look } from './look.js';
import type { SeenRun } from './view/seen-run.js';

/** Of a forEach over plans as many as a screen has room for; the others have their turn when one of these has ended. */
const MAX_AT_ONCE = 8;

/** All sub-plans that have been seen so far, each after the one above it. */
export type LookBelow = (look: RunLook) => Promise<readonly SeenRun[]>;

export function createLookBelow(lookAt: Look): LookBelow {
  const seen = new Map<string, SeenRun>();
  /** Of plans that were made, and did not run. */
  const absent = new Set<string>();

  /** The ids of the sub-plans of this one. */
  async function idsBelow(id: string): Promise<readonly string[]> {
    try {
      const { below, ...run } = await lookAt(id);
      seen.set(id, run);
      return below;
    } catch (error) {
      // If something else is wrong with it, the run above it says so.
      if (error instanceof RunNotFound) absent.add(id);
      return [];
    }
  }

  return async (look) => {
    const open = [...seen].flatMap(([id, sub]) => (isOpen(sub) ? [id] : []));
    let ids = [...open, ...idsIn(look)];
    const looked = new Set<string>();
    while (ids.length > 0) {
      const now = [...new Set(ids)].filter((id) => !looked.has(id) && !absent.has(id) && isOpen(seen.get(id)));
      ids = now.slice(0, MAX_AT_ONCE - looked.size);
      for (const id of ids) looked.add(id);
      ids = (await Promise.all(ids.map(idsBelow))).flat();
    }
    return [...seen.values()];
  };
}

/** One that has not been seen may be. */
const isOpen = (sub: SeenRun | undefined): boolean =>
  sub === undefined || sub.snapshot.status === 'running' || sub.snapshot.status === 'paused';

/** A plan that was made, and has run between two looks, is at work no more. */
const idsIn = ({ below, snapshot: { runId, tasks } }: RunLook): string[] => [
  ...below,
  ...Object.entries(tasks).flatMap(([id, { plan, status }]) =>
    plan !== undefined && status !== 'running' ? [`${runId}/${id}`] : [],
  ),
];
