// The process of an embedded server. A record of it may be stale, for its pid may be another program's by now, or lost while
// the server lives. So nothing is believed, and above all nothing killed, unless the command line names the database; and
// a command line that does is as good as a record.
import { setTimeout as pause } from 'node:timers/promises';
import { commandOf } from './process-identity.js';
import { ownProcesses } from './process-list.js';
import { ServerRecord } from './record.js';

/** An idle server ends within about a second of SIGTERM; a busy one has writes to finish. */
const STOP_GRACE_MS = 8_000;

/** After SIGKILL only the kernel has something to do. */
const KILL_GRACE_MS = 5_000;

const POLL_MS = 40;

export async function isOurs(record: ServerRecord): Promise<boolean> {
  const command = await commandOf(record.pid);
  return command !== undefined && isServerOn(record.database, command);
}

/** The server that runs on this database, read from its command line; looks at every process of this user. */
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

/** The flag stands right before the path: the database of another directory may end in the same words. */
const isServerOn = (database: string, command: string): boolean =>
  command.includes(' start-dev ') && `${command} `.includes(` --db-filename ${database} `);

/** Ends the server, gently first. Returns once the process is gone; does nothing if it is not ours. */
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
    // It ended in between, or belongs to another user; the caller looks whether it is there.
  }
}
