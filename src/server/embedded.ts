// The embedded server of a directory. Invariants:
// 1. At most one server runs on `.baton/temporal.db`. Whoever starts or stops it holds the lock of `.baton` and looks first.
// 2. It lives as long as one process that noted itself under `.baton/users` does, and has not given it back.
// 3. A process that dies without giving it back leaves the server running; the next one here finds it, or starts it again.
// 4. A server that died is started again on the ports that it had, if they are free: whoever still uses it connects again.
// 5. The record may be lost or wrong while the server lives: where it names none, the processes of this user are asked.
import { access, mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type FoundServer, connectionTo } from './address.js';
import { type OnProgress, findTemporalBinary } from './binary.js';
import { PROBE_TIMEOUT_MS, READY_TIMEOUT_MS, launch, untilReady } from './launch.js';
import { withLock } from './lock.js';
import { freePort, whyNotFree } from './ports.js';
import { probe } from './probe.js';
import { type ServerRecord, readRecord, removeRecord, writeRecord } from './record.js';
import { findServerOn, isOurs, stopServer } from './server-process.js';
import { reasonOf, systemCodeOf } from './unreachable.js';
import { addUser, countUsers, removeUser } from './users.js';

/** Another process may be starting it, or waiting for one that hangs, and then stopping that. */
const LOCK_WAIT_MS = 2 * READY_TIMEOUT_MS;

/** A server that lives but let one probe pass is coming up, or very busy; after this long more it hangs, and is replaced. */
const ANSWER_TIMEOUT_MS = 5_000;

/** A free port may be taken by another program between the look and the start. */
const PORT_ATTEMPTS = 3;

export interface EmbeddedOptions {
  readonly directory: string;
  readonly namespace: string;
  readonly port?: number | undefined;
  readonly uiPort?: number | undefined;
  readonly onProgress: OnProgress;
}

const pathsIn = (home: string) => ({
  home,
  record: join(home, 'server.json'),
  database: join(home, 'temporal.db'),
  log: join(home, 'server.log'),
  users: join(home, 'users'),
});
type Paths = ReturnType<typeof pathsIn>;

/** The server that runs in this directory, if there is one. Writes nothing unless there is. */
export async function joinEmbedded(options: EmbeddedOptions): Promise<FoundServer | undefined> {
  const paths = await locate(options.directory);
  if ((await runningServer(paths)) === undefined) return undefined;
  return withLock(paths.home, LOCK_WAIT_MS, () => joinLocked(paths, options.namespace));
}

/** The server that runs in this directory, started if need be. */
export async function startEmbedded(options: EmbeddedOptions): Promise<FoundServer> {
  const paths = await locate(options.directory);
  await mkdir(paths.home, { recursive: true }).catch(explainUnwritable(paths.home));
  // Outside the lock: a download may take minutes.
  const binary = await findTemporalBinary(options.onProgress);
  return withLock(paths.home, LOCK_WAIT_MS, async () => {
    const running = await joinLocked(paths, options.namespace);
    if (running !== undefined) return running;
    options.onProgress(`starting a Temporal server on ${paths.database}`);
    return startLocked(paths, options, binary);
  }).catch(explainUnwritable(paths.home));
}

async function locate(directory: string): Promise<Paths> {
  const absolute = resolve(directory);
  return pathsIn(join(await realpath(absolute).catch(() => absolute), '.baton'));
}

function explainUnwritable(home: string) {
  return (error: unknown): never => {
    const code = systemCodeOf(error);
    const unwritable = code !== undefined && ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT'].includes(code);
    throw unwritable ? new Error(`cannot write to ${home} (${code}); run in a directory that can be written`) : error;
  };
}

async function runningServer({ record, database }: Paths): Promise<ServerRecord | undefined> {
  const noted = await readRecord(record);
  if (noted !== undefined && (await isOurs(noted))) return noted;
  const isThere = await access(database).then(
    () => true,
    () => false,
  );
  return isThere ? findServerOn(database) : undefined;
}

async function joinLocked(paths: Paths, namespace: string): Promise<FoundServer | undefined> {
  const record = await runningServer(paths);
  if (record === undefined) return undefined;
  const probed = await probe(connectionTo(`127.0.0.1:${record.port}`), namespace, PROBE_TIMEOUT_MS);
  if (probed.state === 'no-namespace') throw new Error(`${probed.reason}; it is made when the server starts next`);
  try {
    // Not ready yet if its starter was killed while it came up.
    if (probed.state === 'absent') await untilReady(record.port, namespace, ANSWER_TIMEOUT_MS);
  } catch {
    await stopServer(record);
    return undefined;
  }
  await writeRecord(paths.record, record);
  return use(paths, record, namespace);
}

async function startLocked(paths: Paths, options: EmbeddedOptions, binary: string): Promise<FoundServer> {
  const { namespace } = options;
  const before = await readRecord(paths.record);
  for (let attempt = 1; ; attempt++) {
    const port = options.port ? await free(options.port, 'port') : await freePort(before?.port);
    const uiPort = options.uiPort ? await free(options.uiPort, 'Web UI port') : await freePort(before?.uiPort);
    const record = { port, uiPort, startedAt: new Date().toISOString(), database: paths.database };
    const settings = { binary, ...paths, directory: paths.home, port, uiPort, namespace };
    let noted: ServerRecord | undefined;
    try {
      await launch(settings, (pid) => writeRecord(paths.record, (noted = { pid, ...record })));
    } catch (error) {
      await removeRecord(paths.record);
      if (attempt < PORT_ATTEMPTS && reasonOf(error).includes('address already in use')) continue;
      throw error;
    }
    if (noted === undefined) throw new Error('the server started without a pid');
    return use(paths, noted, namespace);
  }
}

async function free(port: number, name: string): Promise<number> {
  const reason = await whyNotFree(port);
  if (reason === undefined) return port;
  throw new Error(`${name} ${port} of 127.0.0.1 is ${reason}; stop that program, or choose another port`);
}

async function use(paths: Paths, record: ServerRecord, namespace: string): Promise<FoundServer> {
  const user = await addUser(paths.users);
  let released: Promise<void> | undefined;
  const address = `127.0.0.1:${record.port}`;
  return {
    address,
    namespace,
    webUi: `http://127.0.0.1:${record.uiPort}`,
    origin: 'embedded',
    connectionOptions: connectionTo(address),
    release: () => (released ??= giveBack(paths, record, user)),
  };
}

async function giveBack(paths: Paths, known: ServerRecord, user: string): Promise<void> {
  try {
    await withLock(paths.home, LOCK_WAIT_MS, async () => {
      await removeUser(user);
      if ((await countUsers(paths.users)) > 0) return;
      // Another process may have started it again since, after a crash.
      await stopServer((await runningServer(paths)) ?? known);
      await removeRecord(paths.record);
    });
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
    // The directory is gone, and with it everyone who could still use the server.
    await stopServer(known);
  }
}
