// At most one server runs on a database. Callers of `joinServer` and `startServer` hold the lock of the data directory.
import { defined } from '../domain/json/defined.js';
import { connectionTo } from './address.js';
import type { DataDirectory } from './data-directory.js';
import { PROBE_TIMEOUT_MS, launch, untilReady } from './launch.js';
import { freePort, whyNotFree } from '../system/ports.js';
import { probe } from './probe.js';
import { runningServer } from './running-server.js';
import { type ServerRecord, readRecord, removeRecord, writeRecord } from './server-record.js';
import { stopServer } from './server-process.js';
import { firstLineOf } from '../system/system-error.js';

/** A running server that did not answer the first probe is starting, or very busy. After this time it is taken to hang, and replaced. */
const ANSWER_TIMEOUT_MS = 5_000;

/** Another program may take a free port before the server does. */
const PORT_ATTEMPTS = 3;

export interface StartRequest {
  readonly binary: string;
  readonly namespace: string;
  readonly port?: number | undefined;
  readonly uiPort?: number | undefined;
  readonly project?: string | undefined;
}

/** The server that is running and answers. One that hangs is stopped. */
export async function joinServer(
  home: DataDirectory,
  { namespace, project }: Pick<StartRequest, 'namespace' | 'project'>,
): Promise<ServerRecord | undefined> {
  const record = await runningServer(home);
  if (record === undefined) return undefined;
  const probed = await probe(connectionTo(`127.0.0.1:${record.port}`), namespace, PROBE_TIMEOUT_MS);
  if (probed.state === 'no-namespace')
    throw new Error(`${probed.reason}; it is created when the server starts the next time`);
  try {
    // It is not ready yet if the process that started it was killed meanwhile.
    if (probed.state === 'absent') await untilReady(record.port, namespace, ANSWER_TIMEOUT_MS);
  } catch {
    await stopServer(record);
    return undefined;
  }
  const named = { ...defined({ project }), ...record };
  await writeRecord(home.record, named);
  return named;
}

/** Starts a server, on the ports of the previous one if they are free, so that its users can reconnect. */
export async function startServer(
  home: DataDirectory,
  { binary, namespace, project, ...wanted }: StartRequest,
): Promise<ServerRecord> {
  const before = await readRecord(home.record);
  for (let attempt = 1; ; attempt++) {
    const port = wanted.port ? await requireFree(wanted.port, 'port') : await freePort(before?.port);
    const uiPort = wanted.uiPort ? await requireFree(wanted.uiPort, 'Web UI port') : await freePort(before?.uiPort);
    const { database } = home;
    const record = { port, uiPort, startedAt: new Date().toISOString(), database, ...defined({ project }) };
    const settings = { binary, namespace, port, uiPort, database, log: home.log, directory: home.path };
    let recorded: ServerRecord | undefined;
    try {
      await launch(settings, (pid) => writeRecord(home.record, (recorded = { pid, ...record })));
    } catch (error) {
      await removeRecord(home.record);
      if (attempt < PORT_ATTEMPTS && firstLineOf(error).includes('address already in use')) continue;
      throw error;
    }
    if (recorded === undefined) throw new Error('the server started without a pid');
    return recorded;
  }
}

async function requireFree(port: number, name: string): Promise<number> {
  const reason = await whyNotFree(port);
  if (reason === undefined) return port;
  throw new Error(`${name} ${port} of 127.0.0.1 is ${reason}; stop that program, or choose another port`);
}
