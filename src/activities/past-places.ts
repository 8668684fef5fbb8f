// What was done at a place of an old run: in the run itself, or in all sub-plans that were run for one of its tasks. A worker
// reads it once for each fork.
import { LRUCache } from 'lru-cache';
import type { CallReply } from '../domain/call.js';
import type { ReusePlace } from '../domain/reuse.js';
import { readPastRun, type PastRun, type TemporalClient } from './past-run.js';

/** Of answers that one worker keeps in memory. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Histories that are read at once: a forEach over a plan has as many as it has items. */
const AT_ONCE = 20;

export interface PastPlace {
  readonly runs: readonly PastRun[];
  /** The answers of all of them, by fingerprint. */
  readonly replies: ReadonlyMap<string, CallReply>;
}

export type PastPlaces = (client: TemporalClient, place: ReusePlace) => Promise<PastPlace>;

export function createPastPlaces(): PastPlaces {
  const places = new LRUCache<string, PastPlace, TemporalClient>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ runs }) => Math.min(MAX_BYTES, 1 + runs.reduce((sum, { bytes }) => sum + bytes, 0)),
    // What is asked for is wanted, also if there is no room to keep it.
    ignoreFetchAbort: true,
    fetchMethod: (key, _, { context }) => readPlace(context, JSON.parse(key) as ReusePlace),
  });
  const find: PastPlaces = async (client, { run, path, fork }) =>
    (await places.fetch(JSON.stringify({ run, path, fork }), { context: client }))!;

  async function readPlace(client: TemporalClient, { run, path, fork }: ReusePlace): Promise<PastPlace> {
    const task = path.at(-1);
    if (task === undefined) return placeOf([await readPastRun(client, run, false)]);
    const above = await find(client, { run, path: path.slice(0, -1), fork });
    const wanted = above.runs.flatMap(({ id, subPlans, undoneSubPlans }) =>
      subPlans
        .filter((work) => work.replace(/\[\d+\]$/, '') === task)
        .map((work) => ({ id: `${id}/${work}`, isUndone: undoneSubPlans.has(work) })),
    );
    const runs: PastRun[] = [];
    while (wanted.length > 0) {
      const next = wanted.splice(0, AT_ONCE);
      runs.push(...(await Promise.all(next.map(({ id, isUndone }) => readPastRun(client, id, isUndone)))));
    }
    return placeOf(runs);
  }
  return find;
}

const placeOf = (runs: readonly PastRun[]): PastPlace => ({
  runs,
  replies: new Map(runs.flatMap(({ replies }) => [...replies])),
});
