// The connection of a command: finds a server or starts one, and releases it at the end.
import { defined } from '../../domain/json/defined.js';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Baton } from '../../client.js';
import type { LoadedConfig, ProjectSettings } from './load-config.js';
import { findServer, ServerUnreachableError, type FindServerOptions, type FoundServer } from '../../server/index.js';
import { ownProject } from '../../project.js';
import type { Io } from '../terminal/io.js';
import type { ServerOptions } from '../arguments/options.js';
import type { ValueSettings } from '../../values.js';
import { isObvious, noteServer, serverLine } from './server-line.js';

export interface Session {
  readonly baton: Baton;
  readonly server: FoundServer;
  close(this: void): Promise<void>;
}

export interface SessionRequest {
  readonly options: ServerOptions;
  /** Agents and what belongs to them: for runs that are started, and for the breakers and pools that are configured. */
  readonly config?: (ProjectSettings & Partial<LoadedConfig>) | undefined;
  /** Whether a server may be started. `again`: only if this directory has the database of an earlier one. */
  readonly start: boolean | 'again';
  readonly find?: Pick<FindServerOptions, 'port' | 'uiPort' | 'localAddress'>;
}

/** Throws ServerUnreachableError. */
async function openSession(io: Io, request: SessionRequest): Promise<Session> {
  const progress = progressNotes(io, request);
  const server = await findServer(findOptions(io, request, progress.note))
    .catch((error: unknown) => {
      throw withAdvice(error, request);
    })
    .finally(progress.stop);
  const { config } = request;
  const quiet = request.options.quiet === true;
  try {
    if (!quiet && !isObvious(server, io.cwd)) noteServer(io, server);
    io.server = { address: server.address, namespace: server.namespace };
    io.serverLine = serverLine(server, io.cwd);
    const baton = await Baton.connect({
      server,
      directory: io.cwd,
      ...defined({
        agents: config?.agents,
        plans: config?.plans,
        pools: config?.pools,
        project: config?.project,
        brokers: config?.brokers,
        secrets: config?.secrets,
        taskQueue: config?.taskQueue,
      }),
      ...valueSettings(config),
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

/** Opens a session, does the work, and closes the session even if the work fails. */
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

/** The settings of a configuration that clients and workers share. Relative paths in them start at the configuration. */
export const valueSettings = (config: ProjectSettings | undefined): ValueSettings =>
  config === undefined ? {} : defined({ storage: config.storage, encryption: config.encryption });

/** If no server may be started, the error has the reason, and the command that starts one. */
function withAdvice(error: unknown, { start, find }: Pick<SessionRequest, 'start' | 'find'>): unknown {
  if (!(error instanceof ServerUnreachableError) || error.tried.length < 2) return error;
  if (find?.port !== undefined) {
    const other = '"baton dev --port PORT --ui-port PORT" starts the server on other ports';
    const there = `"baton worker --address ${find.localAddress}" is a worker for a Temporal server that is there`;
    return new ServerUnreachableError([...error.tried, `${other}; ${there}`]);
  }
  if (start === true) return error;
  const why = start === 'again' ? 'no server has run in this directory' : '--detach starts no server';
  return new ServerUnreachableError([...error.tried, `${why}; "baton dev" starts a server and a worker`]);
}

/** Commands that read runs report the start of a server only if it takes longer than this. */
const QUIET_MS = 3_000;

function progressNotes(io: Io, { start, options }: SessionRequest): { note: (line: string) => void; stop: () => void } {
  if (options.quiet === true) return { note: () => undefined, stop: () => undefined };
  const quietMs = start === 'again' ? QUIET_MS : 0;
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

/** Options take precedence over Temporal's own environment variables, and those over the configuration. */
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
    ...defined({ project: config?.project ?? ownProject({}, cwd) }),
    start: start === 'again' ? existsSync(join(cwd, '.baton', 'temporal.db')) : start,
    onProgress,
    ...defined({ address, namespace }),
  };
}
