// The process of an embedded server, known by a record that may be stale: its pid may be another program's by now.
// Nothing is believed, and above all nothing killed, unless the command line names our database.
import { setTimeout as pause } from 'node:timers/promises';
import { commandOf } from './process-identity.js';
import type { ServerRecord } from './record.js';

/** An idle server ends within about a second of SIGTERM; a busy one has writes to finish. */
const STOP_GRACE_MS = 8_000;

/** After SIGKILL only the kernel has something to do. */
const KILL_GRACE_MS = 5_000;

const POLL_MS = 40;

export async function isOurs(record: ServerRecord): Promise<boolean> {
  const command = await commandOf(record.pid);
  return command !== undefined && command.includes('start-dev') && command.includes(record.database);
}

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
