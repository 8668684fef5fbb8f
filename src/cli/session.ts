// A command's connection: the server found (started, if this directory has one that has stopped), and given back at the end.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Baton } from '../client.js';
import type { LoadedConfig } from '../config/load.js';
import { findServer, ServerUnreachable, type FindServerOptions, type FoundServer } from '../server/index.js';
import type { Io } from './io.js';
import type { ServerOptions } from './options.js';

export interface Session {
  readonly baton: Baton;
  readonly server: FoundServer;
  close(this: void): Promise<void>;
}

export interface SessionRequest {
  readonly options: ServerOptions;
  readonly config?: LoadedConfig | undefined;
  /** May a server be started? `again`: only one whose runs are on file here. */
  readonly start: boolean | 'again';
  readonly find?: Pick<FindServerOptions, 'port' | 'uiPort' | 'localAddress'>;
}

/** Throws ServerUnreachable. */
async function openSession(io: Io, request: SessionRequest): Promise<Session> {
  const progress = progressNotes(io, request.start === 'again' ? QUIET_MS : 0);
  const server = await findServer(findOptions(io, request, progress.note))
    .catch((error: unknown) => {
      throw withReason(error, request.start);
    })
    .finally(progress.stop);
  const { config } = request;
  try {
    const baton = await Baton.connect({
      server,
      ...(config === undefined ? {} : { agents: config.agents, plans: config.plans, pools: config.pools }),
      ...(config?.taskQueue === undefined ? {} : { taskQueue: config.taskQueue }),
    });
    const close = async (): Promise<void> => {
      await baton.close();
      await server.release();
    };
    return { baton, server, close };
  } catch (error) {
    await server.release();
    throw error;
  }
}

/** Opens a session, does the work, and closes it whatever comes. */
export async function inSession<T>(
  io: Io,
  request: SessionRequest,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(io, request);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Where none may be started, the error says why, and what would start one. */
function withReason(error: unknown, start: SessionRequest['start']): unknown {
  if (!(error instanceof ServerUnreachable) || start === true || error.tried.length < 2) return error;
  const why = start === 'again' ? 'nothing has been run in this directory' : 'none is started for --detach';
  return new ServerUnreachable([...error.tried, `${why}; "baton dev" starts a server and a worker`]);
}

/** A look at a run is not about servers; only if it takes long is it said why. */
const QUIET_MS = 3_000;

function progressNotes(io: Io, quietMs: number): { note: (line: string) => void; stop: () => void } {
  let last: string | undefined;
  let quiet = quietMs > 0;
  const timer = setTimeout(() => {
    quiet = false;
    if (last !== undefined) io.note(last);
  }, quietMs);
  return {
    note(line) {
      if (quiet) last = line;
      else io.note(line);
    },
    stop: () => clearTimeout(timer),
  };
}

/** What was typed comes first, then Temporal's own variables, then the configuration. */
function findOptions(
  io: Io,
  { options, config, start, find }: SessionRequest,
  onProgress: (line: string) => void,
): FindServerOptions {
  const { env, cwd } = io;
  const address = options.address ?? (env['TEMPORAL_ADDRESS'] ? undefined : config?.server?.address);
  const namespace = options.namespace ?? (env['TEMPORAL_NAMESPACE'] ? undefined : config?.server?.namespace);
  return {
    ...find,
    directory: cwd,
    start: start === 'again' ? existsSync(join(cwd, '.baton', 'temporal.db')) : start,
    onProgress,
    ...(address === undefined ? {} : { address }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}
