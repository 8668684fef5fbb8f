// Starts a dev server on a database file and returns once it serves. The process is in a process group of its own, so that Ctrl-C in
// the terminal does not end it: the run that Ctrl-C cancels still needs the server.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, open, readFile, stat, statfs } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { connectionTo } from './address.js';
import { fullDiskText, PRIVATE_FILE } from './data-directory.js';
import { dynamicConfigArgs } from './dynamic-config.js';
import { probe } from './probe.js';
import { registerSearchAttributes } from './search-attributes.js';
import { firstLineOf } from '../system/system-error.js';

/** It takes 1.5 s on an idle machine of two cores; this is for a loaded one with a large database to recover. */
export const READY_TIMEOUT_MS = 30_000;

const POLL_MS = 50;

/** A closed port answers immediately; an open one belongs to a server that may be busy. */
export const PROBE_TIMEOUT_MS = 5_000;

/** A log that is larger than this is replaced. */
const MAX_LOG_BYTES = 10 * 1024 * 1024;

export interface Launch {
  readonly binary: string;
  readonly database: string;
  readonly log: string;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
  /** The working directory of the server: one that exists as long as the database does. */
  readonly directory: string;
}

const flags = ({ port, uiPort, database, namespace }: Launch): string[] => [
  ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', `${port}`, '--ui-port', `${uiPort}`],
  ...['--db-filename', database, '--namespace', namespace, '--log-level', 'warn'],
  // Without these settings a fan-out of 500 took three times as long. A crash of the machine may lose the last moments; a crash of
  // the process loses nothing.
  ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=1'],
  ...dynamicConfigArgs(),
];

/** `onSpawn` gets the pid before the server is ready, so that the server is recorded even if this process ends now. */
export async function launch(settings: Launch, onSpawn: (pid: number) => Promise<void>): Promise<void> {
  const logged = (await stat(settings.log).catch(() => undefined))?.size ?? 0;
  const from = logged > MAX_LOG_BYTES ? 0 : logged;
  const log = await open(settings.log, from === 0 ? 'w' : 'a', PRIVATE_FILE);
  const child = spawn(settings.binary, flags(settings), {
    cwd: settings.directory,
    detached: true,
    env: withoutTemporal(process.env),
    stdio: ['ignore', log.fd, log.fd],
  });
  const ended = whyEnded(child, settings.log, from);
  child.unref();
  try {
    if (child.pid !== undefined) await onSpawn(child.pid);
    await untilReady(settings.port, settings.namespace, READY_TIMEOUT_MS, () => ended.reason);
    // The server has created them with the rights of any file.
    const files = ['', '-wal', '-shm'].map((ending) => `${settings.database}${ending}`);
    await Promise.allSettled(files.map((file) => chmod(file, PRIVATE_FILE)));
  } catch (error) {
    child.kill('SIGKILL');
    throw (await isFull(settings.directory)) ? new Error(fullDiskText(settings.directory)) : error;
  } finally {
    await log.close();
  }
}

/** A server that has no room for a database cannot write the reason into its log, either. */
const LEAST_ROOM_BYTES = 1024 * 1024;

async function isFull(directory: string): Promise<boolean> {
  const disk = await statfs(directory).catch(() => undefined);
  return disk !== undefined && disk.bavail * disk.bsize < LEAST_ROOM_BYTES;
}

/** Polls until the server serves. `whyHopeless` returns a reason once waiting longer is useless. */
export async function untilReady(
  port: number,
  namespace: string,
  timeoutMs: number,
  whyHopeless: () => string | undefined = () => undefined,
): Promise<void> {
  const options = connectionTo(`127.0.0.1:${port}`);
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const probed = await probe(options, namespace, PROBE_TIMEOUT_MS);
    const reason = probed.state === 'ready' ? await whyNotRegistered(options, namespace) : probed.reason;
    const hopeless = whyHopeless();
    if (hopeless !== undefined) throw new Error(hopeless);
    if (reason === undefined) return;
    if (Date.now() > deadline) throw new Error(`not ready after ${timeoutMs / 1000} s: ${reason}`);
    await pause(POLL_MS);
  }
}

/** Registers Baton's search attributes, which an older database lacks: the server rejects a run with unknown ones. */
async function whyNotRegistered(
  options: ReturnType<typeof connectionTo>,
  namespace: string,
): Promise<string | undefined> {
  const connection = Connection.lazy(options);
  try {
    await registerSearchAttributes(connection, namespace);
    return undefined;
  } catch (error) {
    return firstLineOf(error);
  } finally {
    await connection.close();
  }
}

/** The `temporal` program reads TEMPORAL_… variables, too, and does not start with a profile that is meant for clients. */
const withoutTemporal = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('TEMPORAL_')));

/** `reason` is set once the process has ended or could not be started. */
function whyEnded(child: ChildProcess, log: string, from: number): { reason?: string } {
  const ended: { reason?: string } = {};
  once(child, 'exit').then(
    async ([code, signal]: (number | string | null)[]) => {
      const output = await lastLines(log, from);
      ended.reason = `the server ended immediately (${signal ?? `exit ${code}`}): ${output}`;
    },
    (error: unknown) => {
      ended.reason = `the server could not be started: ${firstLineOf(error)}`;
    },
  );
  return ended;
}

/** What the server and Go print before the reason; after a panic come the stacks of all goroutines. */
const REASON = /^(Error|panic|fatal error):/;

/** The last output of the server, on one line: the lines with its reason if there are any. */
async function lastLines(log: string, from: number): Promise<string> {
  const bytes = await readFile(log).catch(() => Buffer.alloc(0));
  const text = bytes.subarray(from).toString('utf8');
  const lines = text.split('\n').flatMap((line) => line.trim() || []);
  const errors = lines.filter((line) => REASON.test(line));
  return (errors.length > 0 ? errors : lines.slice(-3)).join(' | ') || `nothing in ${log}`;
}
