// The embedded server of a directory. Invariants:
// 1. At most one server runs on `.baton/temporal.db`. Whoever starts or stops it holds the lock of `.baton` and looks first.
// 2. It lives as long as one process that noted itself under `.baton/users` does, and has not given it back: a server that
//    dies before that is started again by those who use it, on its file and its ports, and they connect again.
// 3. A process that dies without giving it back leaves the server running; the next one here finds it, or starts it again.
// 4. The record may be lost or wrong while the server lives: where it names none, the processes of this user are asked.
import { mkdir } from 'node:fs/promises';
import { type FoundServer, connectionTo } from './address.js';
import { type OnProgress, findTemporalBinary } from './binary.js';
import { type Home, explainUnwritable, homeIn } from './home.js';
import { READY_TIMEOUT_MS } from './launch.js';
import { withLock } from './lock.js';
import { lookAfter } from './look-after.js';
import { joinServer, runningServer, startServer } from './one-server.js';
import { untilFree } from './ports.js';
import { type ServerRecord, removeRecord } from './record.js';
import { stopServer } from './server-process.js';
import { systemCodeOf } from './unreachable.js';
import { addUser, countUsers, removeUser } from './users.js';

/** Another process may be starting it, or waiting for one that hangs, and then stopping that. */
const LOCK_WAIT_MS = 2 * READY_TIMEOUT_MS;

export interface EmbeddedOptions {
  readonly directory: string;
  readonly namespace: string;
  readonly port?: number | undefined;
  readonly uiPort?: number | undefined;
  readonly onProgress: OnProgress;
}

/** The server that runs in this directory, if there is one. Writes nothing unless there is. */
export async function joinEmbedded(options: EmbeddedOptions): Promise<FoundServer | undefined> {
  const home = await homeIn(options.directory);
  if ((await runningServer(home)) === undefined) return undefined;
  return withLock(home.path, LOCK_WAIT_MS, async () => {
    const record = await joinServer(home, options.namespace);
    return record === undefined ? undefined : use(home, record, options);
  });
}

/** The server that runs in this directory, started if need be. */
export async function startEmbedded(options: EmbeddedOptions): Promise<FoundServer> {
  const home = await homeIn(options.directory);
  await mkdir(home.path, { recursive: true }).catch(explainUnwritable(home));
  // Outside the lock: a download may take minutes.
  const binary = await findTemporalBinary(options.onProgress);
  return withLock(home.path, LOCK_WAIT_MS, async () => {
    const running = await joinServer(home, options.namespace);
    if (running !== undefined) return use(home, running, options);
    options.onProgress(`starting a Temporal server on ${home.database}`);
    return use(home, await startServer(home, { ...options, binary }), options);
  }).catch(explainUnwritable(home));
}

async function use(home: Home, record: ServerRecord, { namespace, onProgress }: EmbeddedOptions): Promise<FoundServer> {
  const user = await addUser(home.users);
  const leave = lookAfter({
    pid: record.pid,
    onTrouble: onProgress,
    revive: async () => (await revive(home, record, { namespace, onProgress })).pid,
  });
  let released: Promise<void> | undefined;
  const address = `127.0.0.1:${record.port}`;
  return {
    address,
    namespace,
    webUi: `http://127.0.0.1:${record.uiPort}`,
    origin: 'embedded',
    connectionOptions: connectionTo(address),
    release: () => (released ??= leave().then(() => giveBack(home, record, user))),
  };
}

/** On the same ports or not at all: those who use it know no others. */
async function revive(
  home: Home,
  { port, uiPort }: ServerRecord,
  { namespace, onProgress }: Pick<EmbeddedOptions, 'namespace' | 'onProgress'>,
): Promise<ServerRecord> {
  const binary = await findTemporalBinary(onProgress);
  return withLock(home.path, LOCK_WAIT_MS, async () => {
    const running = await joinServer(home, namespace);
    if (running !== undefined) return running;
    await Promise.all([port, uiPort].map(untilFree));
    onProgress(`the Temporal server has ended; starting it again on ${home.database}`);
    return startServer(home, { binary, namespace, port, uiPort });
  });
}

async function giveBack(home: Home, known: ServerRecord, user: string): Promise<void> {
  try {
    await withLock(home.path, LOCK_WAIT_MS, async () => {
      await removeUser(user);
      if ((await countUsers(home.users)) > 0) return;
      // It may have been started again since, after a crash.
      await stopServer((await runningServer(home)) ?? known);
      await removeRecord(home.record);
    });
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
    // The directory is gone, and with it everyone who could still use the server.
    await stopServer(known);
  }
}
