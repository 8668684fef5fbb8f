// What was done at a place of an old run: by the run itself, or by all sub-plans that were run for one of its tasks. A worker
// reads it once for each fork.
import { taskInName } from '../../domain/call/name.js';
import { LRUCache } from 'lru-cache';
import type { CallReply } from '../../domain/call/request.js';
import type { ReuseSource } from '../../domain/call/reuse.js';
import type { ReadReferences } from '../read-references.js';
import { readPastRun, type PastRun, type TemporalClient } from './past-run.js';

/** Replies of old runs that one worker keeps in memory. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;
/** Histories that are read at the same time: a forEach over a plan has one for each of its items. */
const PARALLEL_READS = 20;

export interface PastRuns {
  readonly runs: readonly PastRun[];
  /** The replies of all of them, by fingerprint. */
  readonly replies: ReadonlyMap<string, CallReply>;
}

export type FindPastRuns = (client: TemporalClient, place: ReuseSource) => Promise<PastRuns>;

export function createPastRuns(read: ReadReferences): FindPastRuns {
  const cache = new LRUCache<string, PastRuns, TemporalClient>({
    maxSize: MAX_KEPT_BYTES,
    sizeCalculation: ({ runs }) => Math.min(MAX_KEPT_BYTES, 1 + runs.reduce((sum, { bytes }) => sum + bytes, 0)),
    // A read is finished and returned even if there is no room to keep its result.
    ignoreFetchAbort: true,
    fetchMethod: (key, _, { context }) => readPlace(context, JSON.parse(key) as ReuseSource),
  });
  const find: FindPastRuns = async (client, { run, runId, path, fork }) =>
    (await cache.fetch(JSON.stringify({ run, runId, path, fork }), { context: client }))!;

  async function readPlace(client: TemporalClient, { path, ...source }: ReuseSource): Promise<PastRuns> {
    const task = path.at(-1);
    if (task === undefined)
      return withReplies([await readPastRun(client, read, source.run, { firstRunId: source.runId })]);
    const above = await find(client, { ...source, path: path.slice(0, -1) });
    const wanted = above.runs.flatMap(({ id, subPlans, undoneSubPlans }) =>
      subPlans
        .filter(([work]) => taskInName(work) === task)
        .map(([work, firstRunId]) => ({
          id: `${id}/${work}`,
          firstRunId,
          undoneBy: undoneSubPlans.has(work) ? { firstRunId: undoneSubPlans.get(work) } : undefined,
        })),
    );
    const runs: PastRun[] = [];
    while (wanted.length > 0) {
      const next = wanted.splice(0, PARALLEL_READS);
      runs.push(...(await Promise.all(next.map(({ id, ...which }) => readPastRun(client, read, id, which)))));
    }
    return withReplies(runs);
  }
  return find;
}

const withReplies = (runs: readonly PastRun[]): PastRuns => ({
  runs,
  replies: new Map(runs.flatMap(({ replies }) => [...replies])),
});
