// The process of an embedded server. Its record may be stale, because the pid may belong to another program by now, or lost while
// the server is running. A process is taken for the server, and killed, only if its command line names the database; such a command
// line can replace the record.
import { setTimeout as pause } from 'node:timers/promises';
import { commandOf } from '../system/process-identity.js';
import { ownProcesses } from '../system/process-list.js';
import { ServerRecord } from './server-record.js';

/** An idle server ends within about a second of SIGTERM; a busy one has writes to finish. */
const STOP_GRACE_MS = 8_000;

/** After SIGKILL only the kernel has work to do. */
const KILL_GRACE_MS = 5_000;

const POLL_MS = 40;

export async function isOurs(record: ServerRecord): Promise<boolean> {
  const command = await commandOf(record.pid);
  return command !== undefined && isServerOn(record.database, command);
}

/** Searches the processes of this user for the server that runs on this database; its command line has the ports. */
export async function findServerOn(database: string): Promise<ServerRecord | undefined> {
  for (const { pid, command } of await ownProcesses()) {
    if (!isServerOn(database, command)) continue;
    const [port, uiPort] = ['port', 'ui-port'].map((flag) =>
      Number(new RegExp(` --${flag} (\\d+) `).exec(command)?.[1]),
    );
    const record = ServerRecord.safeParse({ pid, port, uiPort, startedAt: new Date().toISOString(), database });
    if (record.success) return record.data;
  }
  return undefined;
}

/** The directory whose embedded server has this port; `undefined` if no process of this user is such a server. */
export async function directoryOfServerOn(port: number): Promise<string | undefined> {
  for (const { command } of await ownProcesses()) {
    if (!command.includes(' start-dev ') || !command.includes(` --port ${port} `)) continue;
    const [, directory] = / --db-filename (.+)\/\.baton\/temporal\.db(?: |$)/.exec(command) ?? [];
    if (directory !== undefined) return directory;
  }
  return undefined;
}

/** The flag precedes the path: the path of another database may end in the same words. */
const isServerOn = (database: string, command: string): boolean =>
  command.includes(' start-dev ') && `${command} `.includes(` --db-filename ${database} `);

/** Ends the server: SIGTERM first, then SIGKILL. Returns once the process has ended; does nothing if it is not ours. */
export async function stopServer(record: ServerRecord): Promise<void> {
  for (const [signal, graceMs] of [
    ['SIGTERM', STOP_GRACE_MS],
    ['SIGKILL', KILL_GRACE_MS],
  ] as const) {
    if (!(await isOurs(record))) return;
    signalTo(record.pid, signal);
    const deadline = Date.now() + graceMs;
    while (Date.now() < deadline && (await isOurs(record))) await pause(POLL_MS);
  }
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in between, or belongs to another user; the caller checks whether it exists.
  }
}
