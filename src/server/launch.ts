// Starts one dev server on a database file and returns once it serves. The process is a group of its own, so a Ctrl-C in
// the terminal does not reach it: it must outlive the question whether the run is to be cancelled.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { connectionTo } from './address.js';
import { probe } from './probe.js';
import { registerSearchAttributes } from './search-attributes.js';
import { reasonOf } from './unreachable.js';

/** It takes 1.5 s on an idle machine of two cores; this is for a loaded one with a large database to recover. */
export const READY_TIMEOUT_MS = 30_000;

const POLL_MS = 50;

/** A port that is closed answers at once; one that is open belongs to a server that may be busy. */
export const PROBE_TIMEOUT_MS = 5_000;

/** A log that has outgrown this starts anew. */
const MAX_LOG_BYTES = 10 * 1024 * 1024;

export interface Launch {
  readonly binary: string;
  readonly database: string;
  readonly log: string;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
  /** Where the server runs; a directory that lives as long as the database. */
  readonly directory: string;
}

const flags = ({ port, uiPort, database, namespace }: Launch): string[] => [
  ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', `${port}`, '--ui-port', `${uiPort}`],
  ...['--db-filename', database, '--namespace', namespace, '--log-level', 'warn'],
  // Without these a fan-out of 500 took three times as long; a crash of the machine may cost the last moments, one of the process nothing.
  ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=1'],
  // Priority is strict, and fairness alternates, only with one partition.
  ...['--dynamic-config-value', 'matching.enableFairness=true'],
  ...['--dynamic-config-value', 'matching.numTaskqueueReadPartitions=1'],
  ...['--dynamic-config-value', 'matching.numTaskqueueWritePartitions=1'],
];

/** `onSpawn` is told the pid before the server is ready, so that a server whose starter dies now is not lost. */
export async function launch(settings: Launch, onSpawn: (pid: number) => Promise<void>): Promise<void> {
  const logged = (await stat(settings.log).catch(() => undefined))?.size ?? 0;
  const from = logged > MAX_LOG_BYTES ? 0 : logged;
  const log = await open(settings.log, from === 0 ? 'w' : 'a');
  const child = spawn(settings.binary, flags(settings), {
    cwd: settings.directory,
    detached: true,
    env: withoutTemporal(process.env),
    stdio: ['ignore', log.fd, log.fd],
    windowsHide: true,
  });
  const ended = whyEnded(child, settings.log, from);
  child.unref();
  try {
    if (child.pid !== undefined) await onSpawn(child.pid);
    await untilReady(settings.port, settings.namespace, READY_TIMEOUT_MS, () => ended.reason);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    await log.close();
  }
}

/** Polls until the server serves. `whyHopeless` says, once it is so, why there is no use in waiting longer. */
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
    const reason = probed.state === 'ready' ? await whyUnsearchable(options, namespace) : probed.reason;
    const hopeless = whyHopeless();
    if (hopeless !== undefined) throw new Error(hopeless);
    if (reason === undefined) return;
    if (Date.now() > deadline) throw new Error(`not ready after ${timeoutMs / 1000} s: ${reason}`);
    await pause(POLL_MS);
  }
}

/** Also a database from before Baton had all of its search attributes; a run that has one the server does not know is refused. */
async function whyUnsearchable(
  options: ReturnType<typeof connectionTo>,
  namespace: string,
): Promise<string | undefined> {
  const connection = Connection.lazy(options);
  try {
    await registerSearchAttributes(connection, namespace);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  } finally {
    await connection.close();
  }
}

/** The `temporal` program reads TEMPORAL_… too, and would refuse to start over a profile that is meant for clients. */
const withoutTemporal = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('TEMPORAL_')));

/** `reason` appears once the process has ended or could not be started. */
function whyEnded(child: ChildProcess, log: string, from: number): { reason?: string } {
  const ended: { reason?: string } = {};
  once(child, 'exit').then(
    async ([code, signal]: (number | string | null)[]) => {
      const said = await lastWords(log, from);
      ended.reason = `the server ended at once (${signal ?? `exit ${code}`}): ${said}`;
    },
    (error: unknown) => {
      ended.reason = `the server could not be started: ${reasonOf(error)}`;
    },
  );
  return ended;
}

/** What the server said last, on one line: its own `Error:` line if there is one. */
async function lastWords(log: string, from: number): Promise<string> {
  const bytes = await readFile(log).catch(() => Buffer.alloc(0));
  const text = bytes.subarray(from).toString('utf8');
  const lines = text.split('\n').flatMap((line) => line.trim() || []);
  const errors = lines.filter((line) => line.startsWith('Error:'));
  return (errors.length > 0 ? errors : lines.slice(-3)).join(' | ') || `nothing in ${log}`;
}
