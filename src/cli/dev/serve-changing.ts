// `baton dev`: a server that stays, and a worker that is started again when the configuration, the code of its agents or its plans
// change. The worker before drains first: a call that does not end in time is handed over to the next one, and uses no attempt.
import type { LoadedConfig } from '../session/load-config.js';
import { LOOPBACK, startPages } from '../pages/pages.js';
import { serverLine } from '../session/server-line.js';
import { inSession } from '../session/session.js';
import type { Io } from '../terminal/io.js';
import { installRuntime, type InstalledRuntime } from '../../telemetry/runtime.js';
import { runWorker } from '../worker/run-worker.js';
import { DRAINING } from '../worker/serve.js';
import type { ServeRequest } from '../worker/serve-request.js';
import { untilSignal, type Serving } from '../worker/until-signal.js';
import { reportRuns } from './report-runs.js';
import { watchSources } from './watch-sources.js';

export interface ChangingRequest {
  readonly config: LoadedConfig | undefined;
  readonly requestFor: (config: LoadedConfig | undefined) => ServeRequest;
  /** Reads the configuration again. Throws ConfigError. */
  readonly reload: () => Promise<LoadedConfig | undefined>;
  /** False for `--no-watch`. */
  readonly watch: boolean;
}

export async function serveChanging(io: Io, { config, requestFor, reload, watch }: ChangingRequest): Promise<void> {
  const first = requestFor(config);
  const { verbose } = first;
  await untilSignal(io, { verbose, draining: DRAINING, logs: config?.telemetry?.logs }, async (serving) => {
    const { log, leave, report } = serving;
    let installed: Promise<InstalledRuntime | undefined> | undefined;
    const metrics = (first.listen ?? config?.telemetry?.listen) !== undefined;
    const runtime = () => (installed ??= installRuntime({ log, verbose, metrics, shutdownSignals: [] }));
    // This session holds the server while no worker uses it.
    await inSession(io, first, async (session) => {
      const { baton, server } = session;
      const reporting = reportRuns(baton, report, leave.signal);
      const pages = await startPages(session, { config, listen: LOOPBACK, about: serverLine(server, io.cwd) });
      const changes = watch && config !== undefined ? await watchSources(config, reload, report) : undefined;
      try {
        let round: Round | undefined = { request: { ...first, runPages: pages.url } };
        while (round !== undefined && !leave.signal.aborted)
          round = await oneRound(io, round, { ...serving, runtime }, changes, requestFor);
      } finally {
        await changes?.close();
        leave.abort();
        await pages.close();
        await reporting;
      }
    });
  });
}

interface Round {
  readonly request: ServeRequest;
  readonly again?: string;
}

/** Runs a worker until the command ends, or until something changes: then returns the next round. */
async function oneRound(
  io: Io,
  { request, again }: Round,
  serving: Serving & { readonly runtime: () => Promise<InstalledRuntime | undefined> },
  changes: Awaited<ReturnType<typeof watchSources>> | undefined,
  requestFor: ChangingRequest['requestFor'],
): Promise<Round | undefined> {
  const end = new AbortController();
  const leaving = (): void => end.abort();
  serving.leave.signal.addEventListener('abort', leaving, { once: true });
  let next: Round | undefined;
  changes?.onChange(({ config, file }) => {
    next = { request: requestFor(config), again: file };
    end.abort();
  });
  try {
    await inSession(io, request, (session) => runWorker(io, session, request, { ...serving, leave: end, again }));
  } finally {
    serving.leave.signal.removeEventListener('abort', leaving);
  }
  return next;
}
