// The pages of the runs on a server: of one run and its sub-plans, or of all.
import { RefusedError } from '../../client/errors.js';
import type { ListenAddress } from '../../system/listen.js';
import { agentKindsOf } from '../observe/read-run-page.js';
import type { LoadedConfig } from '../session/load-config.js';
import type { Session } from '../session/session.js';
import { perform } from './act.js';
import { RunFeed } from './run-feed.js';
import { createRunReader } from './run-reader.js';
import { runRows, runsPage } from './runs-page.js';
import { servePages, type PageServer } from './server.js';
import { readTaskValues } from './task-values.js';
import type { CallRecord } from '../../client/calls/read-calls.js';

/** The newest ones. */
const LISTED = 200;
/** How many runs without a browser keep their calls in memory. */
const MAX_FEEDS = 50;

export const LOOPBACK: ListenAddress = { host: '127.0.0.1', port: 0 };

export interface Pages extends PageServer {
  /** The address of the page of a run. */
  pageOf(this: void, id: string): string;
  /** Waits until the browsers that look at a run that has ended have its end, a few seconds at most. */
  settle(this: void): Promise<void>;
}

const SETTLE_MS = 3_000;

export interface PagesOptions {
  readonly config: LoadedConfig | undefined;
  readonly listen: ListenAddress;
  /** Only this run and its sub-plans; default: a list of all runs, and each of them. */
  readonly only?: string;
  /** What the list is of. */
  readonly about?: string;
}

interface KnownRun {
  readonly feed: RunFeed;
  readonly known: { calls: readonly CallRecord[] };
}

/** Throws ListenError. */
export async function startPages(session: Session, { config, listen, only, about = '' }: PagesOptions): Promise<Pages> {
  const { baton } = session;
  const agentKinds = agentKindsOf(config);
  const runs = new Map<string, KnownRun>();

  function runOf(id: string): KnownRun {
    if (only !== undefined && id !== only && !id.startsWith(`${only}/`))
      throw new RefusedError(`this address is for run ${only} only`);
    const found = runs.get(id);
    if (found !== undefined) return found;
    // Throws for what is not an id.
    baton.run(id);
    for (const [old, { feed }] of runs) if (runs.size >= MAX_FEEDS && !feed.isWatched) runs.delete(old);
    const known = { calls: [] };
    const feed = new RunFeed(
      (signal) => createRunReader(session, { id, agentKinds, known }, signal),
      only === undefined,
    );
    runs.set(id, { feed, known });
    return { feed, known };
  }

  const listed = () => baton.runs({ limit: LISTED });
  const server = await servePages(
    {
      feed: (id) => runOf(id).feed,
      values: (id, task, item) => readTaskValues(session, { id, task, item, calls: runOf(id).known.calls }),
      act: (request) => perform(baton, request),
      ...(only === undefined
        ? {
            list: {
              page: async () => runsPage(await listed(), about),
              rows: async () => runRows(await listed(), Date.now()),
            },
          }
        : {}),
    },
    listen,
  );
  return {
    url: server.url,
    pageOf: (id) => `${server.url}run?id=${encodeURIComponent(id)}`,
    async settle() {
      const watched = [...runs.values()].filter(({ feed }) => feed.isWatched);
      const late = AbortSignal.timeout(SETTLE_MS);
      await Promise.all(watched.map(({ feed }) => feed.ended(late)));
    },
    async close() {
      await server.close();
      for (const { feed } of runs.values()) feed.close();
    },
  };
}
