// The embedded server of a directory. Invariants:
// 1. At most one server runs on `.baton/temporal.db`. A process that starts or stops it holds the lock of `.baton`, and first checks
//    whether one is running.
// 2. The server runs while a process is registered under `.baton/users` and has not released it. If the server ends before that, a
//    process that uses it starts it again, on the same file and ports, and its users reconnect.
// 3. A process that is killed cannot release the server. If it was the last one, the guardian (guardian.ts) ends the server.
// 4. The record may be lost or wrong while the server is running: if it names none, the processes of this user are searched.
import { type FoundServer, connectionTo } from './address.js';
import { type OnProgress, findTemporalBinary } from './binary.js';
import { type DataDirectory, explainUnwritable, dataDirectoryIn, openDataDirectory } from './data-directory.js';
import { READY_TIMEOUT_MS } from './launch.js';
import { withLock } from './lock.js';
import { supervise } from './supervise.js';
import { endGuardian, ensureGuardian } from './guardian.js';
import { endIfUnused, runningServer } from './running-server.js';
import { joinServer, startServer } from './single-instance.js';
import { untilFree } from '../system/ports.js';
import type { ServerRecord } from './server-record.js';
import { stopServer } from './server-process.js';
import { visibleName } from '../domain/text/visible.js';
import { systemCodeOf } from '../system/system-error.js';
import { addUser, removeUser } from './references.js';

/** Another process may be starting the server, or waiting for one that hangs before it stops that. */
const LOCK_WAIT_MS = 2 * READY_TIMEOUT_MS;

export interface EmbeddedOptions {
  readonly directory: string;
  readonly namespace: string;
  readonly port?: number | undefined;
  readonly uiPort?: number | undefined;
  /** Recorded with a server that is started. */
  readonly project?: string | undefined;
  readonly onProgress: OnProgress;
}

/** The server that runs in this directory, if there is one. If there is none, nothing is written. */
export async function joinEmbedded(options: EmbeddedOptions): Promise<FoundServer | undefined> {
  const home = await dataDirectoryIn(options.directory);
  if ((await runningServer(home)) === undefined) return undefined;
  await openDataDirectory(home);
  return withLock(home.path, LOCK_WAIT_MS, async () => {
    const record = await joinServer(home, options);
    return record === undefined ? undefined : use(home, record, options);
  });
}

/** The server that runs in this directory; starts it if there is none. */
export async function startEmbedded(options: EmbeddedOptions): Promise<FoundServer> {
  const home = await dataDirectoryIn(options.directory);
  await openDataDirectory(home);
  // Done without the lock, because a download may take minutes.
  const binary = await findTemporalBinary(options.onProgress);
  return withLock(home.path, LOCK_WAIT_MS, async () => {
    const running = await joinServer(home, options);
    if (running !== undefined) return use(home, running, options);
    options.onProgress(`starting a Temporal server on ${visibleName(home.database)}`);
    return use(home, await startServer(home, { ...options, binary }), options);
  }).catch(explainUnwritable(home));
}

async function use(
  home: DataDirectory,
  record: ServerRecord,
  { namespace, onProgress }: EmbeddedOptions,
): Promise<FoundServer> {
  const user = await addUser(home.users);
  await ensureGuardian(home);
  const stop = supervise({
    pid: record.pid,
    onProblem: onProgress,
    restart: async () => (await restart(home, record, { namespace, onProgress })).pid,
  });
  let released: Promise<void> | undefined;
  const address = `127.0.0.1:${record.port}`;
  return {
    address,
    namespace,
    webUi: `http://127.0.0.1:${record.uiPort}`,
    origin: 'embedded',
    dataDirectory: home.path,
    connectionOptions: connectionTo(address),
    release: () => (released ??= stop().then(() => release(home, record, user))),
  };
}

/** Uses the same ports, because the users of the server know no others. */
async function restart(
  home: DataDirectory,
  { port, uiPort, project }: ServerRecord,
  { namespace, onProgress }: Pick<EmbeddedOptions, 'namespace' | 'onProgress'>,
): Promise<ServerRecord> {
  const binary = await findTemporalBinary(onProgress);
  return withLock(home.path, LOCK_WAIT_MS, async () => {
    const running = await joinServer(home, { namespace, project });
    if (running !== undefined) return running;
    await Promise.all([port, uiPort].map(untilFree));
    onProgress(`the Temporal server has ended; starting it again on ${visibleName(home.database)}`);
    return startServer(home, { binary, namespace, port, uiPort, project });
  });
}

async function release(home: DataDirectory, known: ServerRecord, user: string): Promise<void> {
  try {
    await withLock(home.path, LOCK_WAIT_MS, async () => {
      await removeUser(user);
      if (await endIfUnused(home, known)) await endGuardian(home);
    });
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
    // The directory has been deleted: no process can use the server any more.
    await stopServer(known);
  }
}
