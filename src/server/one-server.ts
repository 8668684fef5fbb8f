// At most one server runs on a database. Whoever calls `joinServer` or `startServer` holds the lock of the home.
import { access } from 'node:fs/promises';
import { connectionTo } from './address.js';
import type { Home } from './home.js';
import { PROBE_TIMEOUT_MS, launch, untilReady } from './launch.js';
import { freePort, whyNotFree } from './ports.js';
import { probe } from './probe.js';
import { type ServerRecord, readRecord, removeRecord, writeRecord } from './record.js';
import { findServerOn, isOurs, stopServer } from './server-process.js';
import { reasonOf } from './unreachable.js';

/** A server that lives but let one probe pass is coming up, or very busy; after this long more it hangs, and is replaced. */
const ANSWER_TIMEOUT_MS = 5_000;

/** A free port may be taken by another program between the look and the start. */
const PORT_ATTEMPTS = 3;

export interface StartRequest {
  readonly binary: string;
  readonly namespace: string;
  readonly port?: number | undefined;
  readonly uiPort?: number | undefined;
}

/** The server whose process lives: the one that is noted, or where that is lost or wrong, one that is found by its database. */
export async function runningServer({ record, database }: Home): Promise<ServerRecord | undefined> {
  const noted = await readRecord(record);
  if (noted !== undefined && (await isOurs(noted))) return noted;
  const isThere = await access(database).then(
    () => true,
    () => false,
  );
  return isThere ? findServerOn(database) : undefined;
}

/** The server that runs and answers. One that hangs is stopped. */
export async function joinServer(home: Home, namespace: string): Promise<ServerRecord | undefined> {
  const record = await runningServer(home);
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
  await writeRecord(home.record, record);
  return record;
}

/** Starts one, on the ports of the one before it if they are free: whoever still uses that connects again. */
export async function startServer(home: Home, { binary, namespace, ...wanted }: StartRequest): Promise<ServerRecord> {
  const before = await readRecord(home.record);
  for (let attempt = 1; ; attempt++) {
    const port = wanted.port ? await free(wanted.port, 'port') : await freePort(before?.port);
    const uiPort = wanted.uiPort ? await free(wanted.uiPort, 'Web UI port') : await freePort(before?.uiPort);
    const record = { port, uiPort, startedAt: new Date().toISOString(), database: home.database };
    const settings = { binary, namespace, ...record, log: home.log, directory: home.path };
    let noted: ServerRecord | undefined;
    try {
      await launch(settings, (pid) => writeRecord(home.record, (noted = { pid, ...record })));
    } catch (error) {
      await removeRecord(home.record);
      if (attempt < PORT_ATTEMPTS && reasonOf(error).includes('address already in use')) continue;
      throw error;
    }
    if (noted === undefined) throw new Error('the server started without a pid');
    return noted;
  }
}

async function free(port: number, name: string): Promise<number> {
  const reason = await whyNotFree(port);
  if (reason === undefined) return port;
  throw new Error(`${name} ${port} of 127.0.0.1 is ${reason}; stop that program, or choose another port`);
}
