// Looks at the sub-plans of a run. One that has ended is looked at once more, so that its end is seen too, and is then kept
// as it was.
import { RunNotFound } from '../client/errors.js';
import type { RunLook } from '../client/run-handle.js';
import type { Session } from './session.js';
import { runFacts } from './view/run-facts.js';
import type { SubRun } from './view/sub-run.js';

/** Of a forEach over plans as many as a screen has room for; the others have their turn when one of these has ended. */
const MAX_AT_ONCE = 8;

/** All sub-plans that have been seen so far, each after the one above it. */
export type LookBelow = (look: RunLook) => Promise<readonly SubRun[]>;

export function createLookBelow({ baton, server }: Session): LookBelow {
  const seen = new Map<string, SubRun>();
  /** Of plans that were made, and did not run. */
  const absent = new Set<string>();

  /** The ids of the sub-plans of this one. */
  async function lookAt(id: string): Promise<readonly string[]> {
    const run = baton.run(id);
    try {
      const { snapshot, below } = await run.look({ outputs: false });
      const facts = seen.get(id)?.facts ?? runFacts(await baton.planOf(id), await run.describe(), server);
      seen.set(id, { facts, snapshot });
      return below;
    } catch (error) {
      // If something else is wrong with it, the run above it says so.
      if (error instanceof RunNotFound) absent.add(id);
      return [];
    }
  }

  return async (look) => {
    const open = [...seen].flatMap(([id, sub]) => (isOpen(sub) ? [id] : []));
    let ids = [...open, ...idsBelow(look)];
    const looked = new Set<string>();
    while (ids.length > 0) {
      const now = [...new Set(ids)].filter((id) => !looked.has(id) && !absent.has(id) && isOpen(seen.get(id)));
      ids = now.slice(0, MAX_AT_ONCE - looked.size);
      for (const id of ids) looked.add(id);
      ids = (await Promise.all(ids.map(lookAt))).flat();
    }
    return [...seen.values()];
  };
}

/** One that has not been seen may be. */
const isOpen = (sub: SubRun | undefined): boolean =>
  sub === undefined || sub.snapshot.status === 'running' || sub.snapshot.status === 'paused';

/** A plan that was made, and has run between two looks, is at work no more. */
const idsBelow = ({ below, snapshot: { runId, tasks } }: RunLook): string[] => [
  ...below,
  ...Object.entries(tasks).flatMap(([id, { plan, status }]) =>
    plan !== undefined && status !== 'running' ? [`${runId}/${id}`] : [],
  ),
];
